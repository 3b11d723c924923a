import { Token } from 'aws-cdk-lib';
import { readReference, ReferenceParts } from './image-reference-grammar';
import { excerpt, InvalidInputError } from '../private/errors';

/**
 * The name of a container image, read as Docker reads it.
 *
 * Short forms are completed: `nginx` is the repository `library/nginx` of the registry `docker.io`. The grammar,
 * the completion and every limit are those of the Go package `github.com/distribution/reference`
 * (`ParseNormalizedNamed`), which Docker, containerd and Kubernetes use.
 *
 * @see https://pkg.go.dev/github.com/distribution/reference
 */
export class ImageReference {
  /**
   * Read the name of an image.
   *
   * Accepted are all forms that Docker accepts: `nginx`, `bitnami/redis:7`, `quay.io/prometheus/prometheus@sha256:...`,
   * `localhost:5000/app`, `[2001:db8::1]:5000/app`, with a tag, a digest or both. Only the grammar is checked:
   * nothing is asked of a registry. The time it takes grows linearly with the length of the text.
   *
   * @param text The name as written in a `docker pull`, a task definition or a manifest, without unresolved tokens
   * @throws if the text is no image name; the message says at which offset (counted from 0) and why.
   */
  public static parse(text: string): ImageReference {
    try {
      return new ImageReference(readReference(text));
    } catch (error) {
      // Asked last: no sign that begins a token is in the grammar, so what could be read holds none.
      if (!Token.isUnresolved(text)) { throw error; }
      throw new InvalidInputError({
        got: `the image reference ${excerpt(text)}`,
        expected: 'an image name that is known at synthesis',
        fix: 'check with Token.isUnresolved() first and leave such a value as it is, or give the name as a literal',
      });
    }
  }

  /**
   * The host that serves the image, with its port if it has one: `docker.io` for short forms and for
   * `index.docker.io`.
   *
   * Empty in one case, as in Go: where the first part has both a dot and an underscore (`my_host.example/app`) it
   * is no domain name, yet it isn't completed either, so such a name belongs to no registry.
   */
  public readonly registry: string;

  /** The repository in its registry, without the registry's host: `library/nginx` for `nginx`. */
  public readonly repository: string;

  /**
   * The tag as written, without its colon.
   *
   * Nothing is filled in: when there is no digest either, clients pull `latest`. When there are both, the tag is
   * kept here, while clients pull by the digest and ignore the tag (Go's `ParseDockerRef` drops it).
   *
   * @default - the text has no tag
   */
  public readonly tag?: string;

  /**
   * The digest with its algorithm: `sha256:` and 64, `sha384:` and 96 or `sha512:` and 128 lower-case hexadecimal digits.
   *
   * @default - the text has no digest
   */
  public readonly digest?: string;

  private constructor(parts: ReferenceParts) {
    this.registry = parts.registry;
    this.repository = parts.repository;
    this.tag = parts.tag;
    this.digest = parts.digest;
  }

  /** The registry and the repository without tag and digest, such as `docker.io/library/nginx`. */
  public get name(): string {
    return this.registry === '' ? this.repository : `${this.registry}/${this.repository}`;
  }

  /**
   * The complete form: `docker.io/library/nginx:1.27` for `nginx:1.27`.
   *
   * Two texts that differ only in their short forms have the same one, and it parses to an equal reference.
   */
  public toString(): string {
    const tag = this.tag === undefined ? '' : `:${this.tag}`;
    const digest = this.digest === undefined ? '' : `@${this.digest}`;
    return `${this.name}${tag}${digest}`;
  }
}
