/** What a text names, in the words of Go; what it leaves out is empty. */
export interface Parts {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

export interface Parser {
  /** As its users call it: this is timed. */
  parse(text: string): unknown;
  /** What the result says; nothing where it refuses. */
  read(text: string): Parts | undefined;
}

export const OURS = 'cdk-ecr-pull-through-cache';

/** The parsers by their packages, each loaded only where it is asked. */
export const PARSERS: Record<string, () => Promise<Parser>> = {
  [OURS]: async () => {
    const { ImageReference } = (await import('cdk-ecr-pull-through-cache')).default;
    return parser((text) => ImageReference.parse(text), (reference) => reference);
  },
  '@swimlane/docker-reference': async () => {
    const { parseFamiliarName } = (await import('@swimlane/docker-reference')).default;
    return parser((text) => parseFamiliarName(text), ({ domain, repository, tag, digest }) => ({ registry: domain, repository, tag, digest }));
  },
  'docker-parse-image': async () => parser(
    (await import('docker-parse-image')).default,
    (image) => image && { registry: image.registry, repository: `${image.namespace ? `${image.namespace}/` : ''}${image.repository}`, ...version(image.tag) },
  ),
  'parse-docker-image-name': async () => parser(
    (await import('parse-docker-image-name')).default,
    ({ domain, path, tag, digest }) => ({ registry: domain, repository: path, tag, digest }),
  ),
};

type Claimed = { readonly [part in keyof Parts]?: string | null };

function parser<Result>(parse: (text: string) => Result, claimed: (result: Result) => Claimed | null): Parser {
  return {
    parse,
    read: (text) => {
      let result: Result;
      try {
        result = parse(text);
      } catch {
        return undefined;
      }
      const { registry, repository, tag, digest } = claimed(result) ?? {};
      return repository ? { registry: registry ?? '', repository, tag: tag ?? '', digest: digest ?? '' } : undefined;
    },
  };
}

/** docker-parse-image has one field for what is behind ':' or '@'. */
function version(text: string | null): Claimed {
  const [tag, digest] = text?.split('@') ?? [];
  return digest === undefined && tag?.includes(':') ? { digest: tag } : { tag, digest };
}
