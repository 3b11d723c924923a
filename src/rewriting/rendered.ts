import { CfnElement, CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ImagePlace } from './image-properties';
import { ImageOutcome } from './lookup';
import { MentionFinder } from './mentions';
import type { JudgedImage } from './report';
import type { Settings } from './scopes';
import { textOf, textsAt, textsIn, withoutReferences } from './template-text';
import type { TemplateText } from './template-text';
import { CacheAddress } from '../rule/cache-address';
import { unknownFrom } from '../rule/own-place';
import { accountOfEcr, registryHostsOf } from '../rule/registry-host';

/** An image name that a template will hold. */
export interface RenderedImage extends JudgedImage {
  /** Whether a private ECR registry has it whose account is neither that of a cache nor that of its user. */
  readonly ofOthers?: boolean;
}

/**
 * Reads image names by what templates will hold, whatever wrote it: typed classes, bare resources, overrides, conditions. Besides, each other text
 * that names a host of the caches. It renders each construct, so it is for the time after Aspects, and for those who ask.
 */
export class TemplateReader {
  private readonly mentions: MentionFinder;
  private readonly starts = new Map<Stack, string[]>();

  constructor(private readonly settings: Settings) {
    this.mentions = new MentionFinder(settings.lookup.hosts);
  }

  public imagesOf(construct: IConstruct): RenderedImage[] {
    if (!CfnElement.isCfnElement(construct)) { return []; }
    const rendered: unknown = Stack.of(construct).resolve(construct._toCloudFormation());
    const properties = propertiesIn(rendered);
    const known = CfnResource.isCfnResource(construct) ? this.settings.places.of(construct.cfnResourceType) : [];
    const places = known.flatMap(place => textsAt(properties, place.imagePath.split('.')).map(one => ({ ...one, place })));
    const paths = new Set(places.map(({ path }) => path));
    return [
      ...places.map(one => this.judge(construct, one, one.place)),
      ...this.mentionsIn(construct, rendered, paths),
    ];
  }

  private judge(node: CfnElement, { path, text }: TemplateText, { ownImages }: ImagePlace): RenderedImage {
    const image = { node, property: path, before: text, after: text };
    const stack = Stack.of(node);
    const { lookup } = this.settings;
    if (ownImages !== undefined && text.startsWith(ownImages)) { return { ...image, outcome: ImageOutcome.OF_SERVICE }; }
    if (this.startsIn(stack).some(start => text.startsWith(start))) { return { ...image, outcome: ImageOutcome.ALREADY_CACHED }; }
    const name = withoutReferences(text);
    if (lookup.isExcepted(name)) { return { ...image, outcome: ImageOutcome.EXCEPTED }; }
    const head = HEAD.exec(text)![0];
    const account = accountOfEcr(withoutReferences(head));
    if (account !== undefined && ![stack.account, ...lookup.rules.map(({ env }) => env.account)].includes(account)) {
      return { ...image, outcome: ImageOutcome.PRIVATE_ECR, ofOthers: true };
    }
    if (head.includes('${')) { return { ...image, outcome: ImageOutcome.TOKEN }; }
    const { outcome } = lookup.find(name, node);
    return { ...image, outcome: outcome === ImageOutcome.CACHED ? ImageOutcome.NOT_REWRITTEN : outcome };
  }

  /** How images of the caches begin, as a stack renders that. */
  private startsIn(stack: Stack): string[] {
    const starts = this.starts.get(stack) ?? this.settings.lookup.rules.flatMap(rule => {
      const address = CacheAddress.fromRule(rule);
      const below = address.repositoryName('');
      // a cache whose place this stack can't name is in none of its texts
      const own = unknownFrom(rule, stack) ? [] : [textOf(stack.resolve(`${address.registryHost}/${below}`))!];
      return [...own, ...registryHostsOf(address).map(host => `${host}/${below}`)];
    });
    this.starts.set(stack, starts);
    return starts;
  }

  private mentionsIn(node: CfnElement, rendered: unknown, judged: ReadonlySet<string>): RenderedImage[] {
    if (!this.mentions.mayBeIn(JSON.stringify(rendered))) { return []; }
    return textsIn(propertiesIn(rendered)).filter(({ path }) => !judged.has(path)).flatMap(({ path, text }) => this.mentions.in(text)
      .filter(name => !this.settings.lookup.isExcepted(name))
      .map(name => ({ node, property: path, before: name, after: name, outcome: ImageOutcome.MENTIONED })));
  }
}

/** What stands in front of the first slash, or of a tag or digest. */
const HEAD = /^(?:\$\{[^}]*\}|[^/:@])*/;

/** The properties of a resource; of an output, a mapping and the like all of it. */
function propertiesIn(rendered: unknown): unknown {
  const { Resources: resources } = rendered as { Resources?: { readonly [id: string]: { readonly Properties?: unknown } } };
  return resources ? Object.values(resources)[0].Properties : rendered;
}
