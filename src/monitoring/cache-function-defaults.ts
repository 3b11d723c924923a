import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';
import type { CacheFunctionOptions } from './cache-function-options';
import { checkOptions, checkPermissionsBoundary } from '../private/access';
import { BY_METHOD, checkMadeByMethod } from '../private/choices';
import { InvalidInputError, place } from '../private/errors';
import { checkConstruct, checkConstructOf, checkList } from '../private/given';
import { accessorOf, isInTree, oncePerTree } from '../private/tree';

/** Every option, once: a `Record` that lacks one does not compile. */
export const FUNCTION_OPTIONS = Object.keys({
  logRetention: 0,
  logEncryptionKey: 0,
  logRemovalPolicy: 0,
  vpc: 0,
  vpcSubnets: 0,
  securityGroups: 0,
  runtime: 0,
  architecture: 0,
  permissionsBoundary: 0,
} satisfies Record<keyof CacheFunctionOptions, 0>) as (keyof CacheFunctionOptions)[];

/** The oldest Node.js that the functions are tested on. */
const OLDEST_NODE = 20;

/**
 * How the Lambda functions of this library are made in a whole app, Stage, stack or part of one: those of `CacheStatistics`, `CacheProbe`,
 * `CacheVerification`, `RepositoryAdoption` and `RepositoryRemoval`.
 *
 * What a construct says in its own properties wins. Otherwise the nearest scope that says something does, option by option. Subnets and
 * security groups belong to their VPC: where a nearer scope names another VPC, those of the outer scope do not apply.
 *
 * Set them before the constructs are made.
 *
 * @example
 * import { CacheFunctionDefaults } from 'cdk-ecr-pull-through-cache';
 * import * as ec2 from 'aws-cdk-lib/aws-ec2';
 * import * as kms from 'aws-cdk-lib/aws-kms';
 * import * as logs from 'aws-cdk-lib/aws-logs';
 *
 * declare const vpc: ec2.IVpc;
 * declare const key: kms.IKey;
 *
 * CacheFunctionDefaults.of(this).set({ vpc, logRetention: logs.RetentionDays.ONE_YEAR, logEncryptionKey: key });
 */
export class CacheFunctionDefaults {
  /**
   * The defaults of a scope: the same object each time.
   *
   * @param scope an app, a Stage, a stack or any construct
   */
  public static of(scope: IConstruct): CacheFunctionDefaults {
    checkConstruct('the scope of CacheFunctionDefaults.of()', scope);
    return accessorOf(scope, 'CacheFunctionDefaults', () => new CacheFunctionDefaults(BY_METHOD, scope));
  }

  private constructor(key: symbol, private readonly scope: IConstruct) {
    checkMadeByMethod(key, CacheFunctionDefaults, 'CacheFunctionDefaults.of()');
  }

  /**
   * Sets options for all functions at and below the scope that are made from now on. More options may follow by another call.
   *
   * What is left out stays as it is.
   *
   * @param options the options
   * @throws for an option that has another value here already, or when a construct with a function was made before
   */
  public set(options: CacheFunctionOptions): void {
    checkOptions('the functions of a scope', options, FUNCTION_OPTIONS, this.scope);
    checkValues(options, this.scope);
    const known = defaultsIn(this.scope);
    const before = known.get(this.scope) ?? {};
    const added = given(options).filter(name => before[name] === undefined);
    const changed = given(options).find(name => !added.includes(name) && !same(before[name], options[name]));
    if (changed) {
      throw new InvalidInputError({
        got: `a second value of '${changed}' for the functions of ${place(this.scope)}`,
        expected: 'one value for each option of a scope',
        fix: 'set it once, or give the construct that differs the option itself',
      });
    }
    const late = madeIn(this.scope).filter(isInTree).find(one => one.node.scopes.includes(this.scope));
    if (late && added.length > 0) {
      throw new InvalidInputError({
        got: `${quoted(added)} for the functions of ${place(this.scope)} when that of ${place(late)} was made already`,
        expected: 'defaults that are set before the constructs they are for',
        fix: 'set them first, right after the scope itself is made',
      });
    }
    known.set(this.scope, { ...before, ...only(added, options) });
  }
}

/** The options of the function of a construct; from then on defaults for it come too late. */
export function optionsOfFunction(construct: Construct, own: CacheFunctionOptions): CacheFunctionOptions {
  checkValues(own, construct);
  const known = defaultsIn(construct);
  madeIn(construct).push(construct);
  const levels = [...construct.node.scopes.map(scope => known.get(scope) ?? {}), own];
  return levels.reduce((outer, inner) => {
    const more = only(given(inner), inner);
    const moved = more.vpc !== undefined && more.vpc !== outer.vpc;
    const kept = moved ? { ...outer, vpcSubnets: undefined, securityGroups: undefined } : outer;
    return withVpc({ ...kept, ...more }, construct);
  }, {} as CacheFunctionOptions);
}

/* The values are shared with other versions of the package: aws-cdk's own constructs, by the names of the options. */
function defaultsIn(scope: IConstruct): Map<IConstruct, CacheFunctionOptions> {
  return oncePerTree(scope, 'FunctionDefaults', () => new Map<IConstruct, CacheFunctionOptions>());
}

/** The constructs of a tree that have a function of this library. */
export function madeIn(scope: IConstruct): IConstruct[] {
  return oncePerTree<IConstruct[]>(scope, 'Functions', () => []);
}

function given(options: CacheFunctionOptions): (keyof CacheFunctionOptions)[] {
  return FUNCTION_OPTIONS.filter(name => options[name] !== undefined);
}

function only(names: (keyof CacheFunctionOptions)[], options: CacheFunctionOptions): CacheFunctionOptions {
  // a list is copied, since who has it may go on to change it
  return Object.fromEntries(names.map(name => [name, Array.isArray(options[name]) ? [...options[name] as unknown[]] : options[name]]));
}

function quoted(names: string[]): string {
  return names.map(name => `'${name}'`).join(', ');
}

/** Structs come from other languages as new objects each time. */
function same(one: unknown, other: unknown): boolean {
  if (one instanceof lambda.Runtime && other instanceof lambda.Runtime) {
    return one.runtimeEquals(other) && one.isVariable === other.isVariable;
  }
  if (one instanceof lambda.Architecture && other instanceof lambda.Architecture) {
    return one.name === other.name;
  }
  if (!isPlain(one) || !isPlain(other)) {
    return one === other;
  }
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every(key => same(one[key], other[key]));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return Array.isArray(value) || typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function withVpc(options: CacheFunctionOptions, construct: Construct): CacheFunctionOptions {
  if (!options.vpc && (options.vpcSubnets || options.securityGroups)) {
    throw new InvalidInputError({
      got: `${options.vpcSubnets ? 'subnets' : 'security groups'} for a function without a VPC`,
      expected: 'a VPC in the same place or in an outer scope, since they belong to it',
      fix: "set 'vpc' beside them",
    }, construct);
  }
  return options;
}

function checkValues({ runtime, vpc, securityGroups, permissionsBoundary }: CacheFunctionOptions, scope: IConstruct): void {
  if (vpc !== undefined && vpc !== null) {
    checkConstructOf('vpc', vpc, 'selectSubnets', 'Vpc', scope);
  }
  if (securityGroups !== undefined && securityGroups !== null) {
    checkList('securityGroups', securityGroups, scope);
  }
  if (permissionsBoundary !== undefined) {
    checkPermissionsBoundary(permissionsBoundary, scope);
  }
  const version = /^nodejs(\d*)/.exec(runtime?.name ?? '')?.[1];
  if (runtime && (runtime.family !== lambda.RuntimeFamily.NODEJS || version !== undefined && Number(version) < OLDEST_NODE)) {
    throw new InvalidInputError({
      got: `the runtime '${runtime.name}' for a function that is written for Node.js`,
      expected: `Node.js ${OLDEST_NODE} or later`,
      fix: "choose one such as Runtime.NODEJS_22_X, or leave 'runtime' out",
    }, scope);
  }
  if (securityGroups?.length === 0) {
    throw new InvalidInputError({
      got: 'an empty list of security groups for a function',
      expected: 'at least one',
      fix: "name one, or leave 'securityGroups' out for a new one that allows all outbound traffic",
    }, scope);
  }
}
