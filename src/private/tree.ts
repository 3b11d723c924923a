import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { InvalidInputError, place, problemAt, warn, WarningId } from './errors';
import type { Problem } from './errors';
import { isSynthesized, stageOf } from './outside-stacks';
import { comparePlacement, Placement } from './places';

const PACKAGE = 'cdk-ecr-pull-through-cache';
// a plain require, so that a bundler takes the file in
// eslint-disable-next-line @typescript-eslint/no-require-imports
const manifest = require('../../package.json') as { version: string };
const VERSION = manifest.version;
const [MAJOR] = VERSION.split('.');

/**
 * Something that a tree has once, such as a register. It hangs on the root, as aspects do, and so lives and dies with the app.
 *
 * Two versions of this package with the same major version share it, so it holds plain data and constructs of aws-cdk only, in a form that
 * doesn't change: what has another form gets another name.
 */
export function oncePerTree<T>(scope: IConstruct, name: string, make: (root: IConstruct) => T): T {
  const { root } = scope.node;
  return onceOn(root, `${PACKAGE}@${MAJOR}.${name}`, () => make(root));
}

/** The object that an accessor such as `X.of(scope)` gives for a scope: the same one each time, for this very version of the package. */
export function accessorOf<T>(scope: IConstruct, name: string, make: () => T): T {
  return onceOn(scope, `${PACKAGE}@${VERSION}.${name}`, make);
}

function onceOn<T>(construct: IConstruct, name: string, make: () => T): T {
  const key = Symbol.for(name);
  const holder = holds<T>(construct);
  if (holder[key] === undefined) {
    Object.defineProperty(holder, key, { value: make() });
  }
  return holder[key]!;
}

function holds<T>(construct: IConstruct) {
  return construct as unknown as { readonly [key: symbol]: T | undefined };
}

/**
 * Refuses what comes too late for a Stage: its assembly is made once, so that a later call would change nothing without a word.
 *
 * @param why what makes it too late
 * @param within what the call changes
 */
export function checkNotSynthesized(
  scope: IConstruct, call: string, why = 'the templates of a Stage are written once', within: readonly IConstruct[] = [scope]): void {
  const done = within.find(isSynthesized);
  if (done) {
    throw new InvalidInputError({
      got: `${call} after ${place(stageOf(done)!)} was synthesized`,
      expected: `it before, since ${why}`,
      fix: "call it before pipeline.addStage(), which synthesizes the Stage, and before synth() or a test's Template.fromStack()",
    }, scope);
  }
}

/** Whether a construct is still part of its tree: `tryRemoveChild` takes it out without telling it. */
export function isInTree(construct: IConstruct): boolean {
  const parent = construct.node.scope;
  return !parent || parent.node.tryFindChild(construct.node.id) === construct && isInTree(parent);
}

/** One sentence for each resource that has the name of an earlier one in its account and Region. */
export function sameNames<T extends CfnResource>(resources: T[], nameOf: (resource: T) => string, problem: (earlier: T) => Problem): string[] {
  const byName = new Map<string, T[]>();
  return resources.flatMap(resource => {
    const namesakes = byName.get(nameOf(resource)) ?? [];
    const earlier = namesakes.find(other => !alternatives(resource, other) && comparePlacement(resource, other) === Placement.SAME);
    byName.set(nameOf(resource), namesakes);
    namesakes.push(resource);
    return earlier ? [problemAt(resource, problem(earlier))] : [];
  });
}

/** Resources under conditions may exclude each other, which only CloudFormation can tell. */
function alternatives(one: CfnResource, other: CfnResource): boolean {
  return one.cfnOptions.condition !== undefined && other.cfnOptions.condition !== undefined;
}

/** What an account has one of per Region. */
export interface RegistrySetting {
  /** What users call it: `registry policy`. */
  readonly name: string;
  /** The CloudFormation type. */
  readonly resourceType: string;
  /** What to do instead of making a second one. */
  readonly fix: string;
}

/**
 * Refuses a second construct for a setting of one account and Region, when the app is synthesized: a condition, under which another may exclude it, is
 * set after it is made. Warns where two stacks may go there without saying so.
 */
export function claimRegistry(construct: IConstruct, setting: RegistrySetting): void {
  const claimed = oncePerTree<IConstruct[]>(construct, setting.resourceType, root => {
    root.node.addValidation({ validate: () => problemsWithResources(root, setting) });
    return [];
  });
  const others = claimed.filter(isInTree);
  const possibleTwin = others.find(other => comparePlacement(construct, other) === Placement.UNKNOWN);
  if (possibleTwin) {
    warn(construct, WarningId.POSSIBLY_SAME_REGISTRY,
      `another ${setting.name} (${place(possibleTwin)}) is in this app, and at least one of the two stacks doesn't say where it goes: in one `
      + 'account and Region the second fails. Give the stacks an env, or deploy them to different places.');
  }
  claimed.push(construct);
}

function problemsWithResources(root: IConstruct, setting: RegistrySetting): string[] {
  // Stryker disable next-line MethodExpression: only a resource has a type, for which the next line looks; the compiler asks for this one
  const all = root.node.findAll().filter(one => CfnResource.isCfnResource(one));
  const resources = all.filter(one => one.cfnResourceType === setting.resourceType);
  // Stryker disable next-line ArrowFunction: whatever the one name of all of them is, the second one has it again
  return sameNames(resources, () => setting.name, twin => second(twin, setting));
}

function second(twin: IConstruct, { name, fix }: RegistrySetting): Problem {
  return {
    got: `a second ${name} for one account and Region (${place(twin)} is the first)`,
    expected: `one ${name}, since ECR keeps one of an account and Region`,
    fix,
  };
}
