import { readFileSync, statSync } from 'fs';
import { relative, resolve } from 'path';
import type { Stack } from 'aws-cdk-lib';
import { readDockerfile } from './dockerfile';
import { accessList, accessTexts, checkOptions, isMissing, kindOf } from '../private/access';
import { checkText } from '../private/checks';
import { excerpt, InvalidInputError, warn, WarningId } from '../private/errors';
import type { ImageInCache } from '../pulling/image-in-cache';
import { CacheLookup, ImageOutcome } from '../rewriting/lookup';
import { checkRule } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';

/** Which Dockerfile is read, and how it is built. */
export interface DockerfileOptions {
  /**
   * The file, in the directory of the build.
   *
   * @default Dockerfile
   */
  readonly file?: string;

  /**
   * The build arguments that the asset is built with.
   *
   * @default - the defaults in the file
   */
  readonly buildArgs?: { [name: string]: string };

  /**
   * The names of build contexts of your own, such as a directory: they are no images.
   *
   * @default - none
   */
  readonly ownContexts?: string[];
}

/** What a Dockerfile is built from, by caches. */
export interface FoundInDockerfile {
  readonly cached: { readonly name: string; readonly image: ImageInCache }[];
  readonly notCached: string[];
}

/** Looks the images of a Dockerfile up in caches, and warns of what only the build knows. */
export function findInDockerfile(
  stack: Stack, caches: ICacheRule[], directory: string, options: DockerfileOptions): FoundInDockerfile {
  checkOptions('a Dockerfile', options, ['file', 'buildArgs', 'ownContexts'], stack);
  checkText('directory', directory, "'app', the directory of the build", stack);
  const rules = accessList('caches', caches, 'name the caches that the images are pulled through', stack);
  rules.forEach(rule => checkRule(rule, stack));
  const { names: all, stages, unknown } = readDockerfile(textOf(stack, directory, options.file ?? 'Dockerfile'), buildArgsOf(options, stack));
  const contexts = isMissing(options.ownContexts) ? [] : accessTexts('ownContexts', options.ownContexts, 'leave the option out without any', stack);
  if (unknown.length > 0) {
    warn(stack, WarningId.BUILD_IMAGE_NOT_KNOWN, `only the build knows the images ${unknown.map(excerpt).join(', ')} of '${directory}', `
      + 'so that they are pulled from their registry. Name the build arguments in the options, or acknowledge this warning.');
  }
  const lookup = new CacheLookup([rules.map(rule => ({ rule, replaces: [] }))], { exceptions: [], digests: true });
  const names = all.filter(name => !contexts.some(context => isNameOf(context.toLowerCase(), name)));
  const ofStages = new Set(names.filter(name => stages.some(stage => isNameOf(stage, name))));
  ofStages.forEach(name => warn(stack, WarningId.BUILD_STAGE_NAMED, `the image ${excerpt(name)} of '${directory}' has the name of a stage, whose place its `
    + 'cached image would take, so it is pulled from its registry. Give the stage another name, or acknowledge this warning.'));
  const findings = names.map(name => ({ name, finding: ofStages.has(name) ? undefined : lookup.find(name, stack) }));
  return {
    cached: findings.flatMap(({ name, finding }) => finding?.cached === undefined ? [] : [{ name, image: finding.cached.image }]),
    notCached: findings.flatMap(({ name, finding }) => finding?.cached || finding?.outcome === ImageOutcome.ALREADY_CACHED ? [] : [name]),
  };
}

function textOf(stack: Stack, directory: string, file: string): string {
  checkText('file', file, "'Dockerfile', in the directory of the build", stack);
  const path = resolve(directory, file);
  if (relative(directory, path).startsWith('..') || !statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new InvalidInputError({
      got: `no file '${file}' in '${directory}'`,
      expected: 'the Dockerfile of the build',
      fix: 'name the file in the options, in the directory of the build',
    }, stack);
  }
  return readFileSync(path, 'utf8');
}

function buildArgsOf({ buildArgs }: DockerfileOptions, stack: Stack): { readonly [name: string]: string } {
  if (!isMissing(buildArgs) && (typeof buildArgs !== 'object' || Array.isArray(buildArgs))) {
    throw new InvalidInputError({ got: `${kindOf(buildArgs)} as buildArgs`, expected: 'a map of names and values', fix: 'write them as for the asset' }, stack);
  }
  return { ...buildArgs };
}

/** Whether a context for a name would take the place of a stage: BuildKit reads both in their shortest form. */
function isNameOf(stage: string, name: string): boolean {
  return shortest(name).toLowerCase() === shortest(stage);
}

function shortest(name: string): string {
  return name.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '').replace(/:latest$/, '');
}
