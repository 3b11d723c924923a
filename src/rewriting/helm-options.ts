import type { IConstruct } from 'constructs';
import { Edits, isTree } from './charts/tree';
import type { Tree } from './charts/tree';
import { textOf, TRUTH } from './given';
import type { Kind } from './given';
import { excerpt, InvalidInputError, warn, WarningId } from '../private/errors';

/** What is known of a chart whose values are rewritten. */
export interface HelmValuesOptions {
  /**
   * The chart's own values, as `helm show values` prints them. Those of a chart that it depends on stand below that chart's name. What they have and the
   * given values don't is looked at too, and the result names each image that changes.
   *
   * @default - unknown: only what is given is seen, and names without a registry stay
   */
  readonly defaults?: { [key: string]: any };

  /**
   * Sets `global.security.allowInsecureImages`, by which Bitnami's charts take images from another registry than Docker Hub.
   *
   * @default false
   */
  readonly allowInsecureImages?: boolean;
}

/** What is known of a chart whose values are rewritten as JSON. */
export interface HelmValuesJsonOptions {
  /**
   * The chart's own values as JSON, such as `helm show values ... | yq -o json` prints them.
   *
   * @default - unknown: only what is given is seen, and names without a registry stay
   */
  readonly defaults?: string;

  /**
   * Sets `global.security.allowInsecureImages`, by which Bitnami's charts take images from another registry than Docker Hub.
   *
   * @default false
   */
  readonly allowInsecureImages?: boolean;
}

const TREE: Kind = { expected: 'an object', is: value => typeof value === 'object', fix: 'parse the text before, or call helmValuesJson()' };

export const HELM_KINDS = { defaults: TREE, allowInsecureImages: TRUTH };
export const HELM_JSON_KINDS = { defaults: textOf('{"image": {"repository": "quay.io/team/app"}}'), allowInsecureImages: TRUTH };

/** Reads JSON text that is one object. */
export function readJson(text: string, call: string, what: string, scope: IConstruct): Tree {
  const refuse = (got: string): never => {
    throw new InvalidInputError({
      got: `${got} for CachedImages.${call}`, expected: `${what} as JSON text, one object`, fix: 'convert other formats before, such as by yq -o json',
    }, scope);
  };
  if (typeof text !== 'string') { return refuse('no text'); }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`text that is no JSON (${(error as Error).message})`);
  }
  return isTree(value) ? value : refuse(`the JSON ${excerpt(text)}`);
}

const ALLOWED = ['global', 'security', 'allowInsecureImages'];

/** Lets Bitnami's charts take substituted images when that is asked for, and says so when it isn't. */
export function withSubstitutes(changed: Tree, full: Tree, substituted: boolean, allow: boolean, scope: IConstruct): Tree {
  if (allow) {
    const edits = new Edits();
    edits.set(ALLOWED, true);
    return edits.appliedTo(changed, full);
  }
  const allowed = ALLOWED.reduce<unknown>((value, key) => isTree(value) ? value[key] : undefined, full);
  if (substituted && allowed !== true) {
    warn(scope, WarningId.SUBSTITUTED_IMAGES,
      'images of Bitnami are pulled through a cache: its charts refuse them ("Original containers have been substituted") without '
      + "global.security.allowInsecureImages: true. Set it in the values or by 'allowInsecureImages' of helmValues(), or acknowledge this warning for "
      + 'another chart.');
  }
  return changed;
}
