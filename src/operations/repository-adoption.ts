import { CustomResource, Lazy } from 'aws-cdk-lib';
import type { CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { allowCarryingOn, checkDeployedBeside, LONGEST_WAIT, operationFunction } from './operation-resources';
import { SweptRepositories } from './swept-repositories';
import type { AdoptionSettings, SweepProperties } from '../functions/contract';
import { RepositoryAdoptionFunction } from '../functions/repository-adoption-function';
import { FUNCTION_OPTIONS } from '../monitoring/cache-function-defaults';
import type { CacheFunctionOptions } from '../monitoring/cache-function-options';
import { checkProps, checkResource, readFlag } from '../private/access';
import { fingerprintOf, propertiesOf } from '../private/properties';
import type { RepositoryTemplate } from '../repository/repository-template';
import { CacheActions } from '../rule/cache-actions';

/** Properties of a `RepositoryAdoption`. */
export interface RepositoryAdoptionProps extends CacheFunctionOptions {
  /** The template whose settings the repositories of its prefix get, such as `cache.repositoryTemplate`. */
  readonly template: RepositoryTemplate;

  /**
   * Whether it is only found out what would change. Look at the log and at `summary`, then set it to `false`.
   *
   * @default true
   */
  readonly dryRun?: boolean;

  /**
   * Whether a repository policy is replaced that has statements which that of the template lacks. Otherwise it stays, and the repository is listed:
   * somebody may have denied something by it. Where the template has all its statements and more, such as that of `denyPushes`, it gets them anyway.
   *
   * @default false
   */
  readonly overwritePolicies?: boolean;

  /**
   * Names below the prefix of the template that are left alone, each with what is below it: `echo/own` is that repository and `echo/own/app`. Name
   * those that no cache has made. What other rules and more specific templates have is left alone anyway.
   *
   * @default - none
   */
  readonly leaveOut?: string[];

  /**
   * A text that makes it run again whenever it changes.
   *
   * @default - it runs again when the settings of the template or what is left out changes
   */
  readonly trigger?: string;
}

/**
 * Gives the repositories that exist already below a template's prefix the lifecycle policy, the repository policy and the tags of the
 * template: ECR applies a template when it creates a repository, and never again. Without `dryRun: false` it only tells what would change.
 *
 * What the template doesn't have is left alone, and so are further tags; encryption can't be changed. A policy that would lose a statement stays unless
 * `overwritePolicies` is set. What is overwritten is in the log before, in a form that can be put back, and the outcome after. What is denied at first is
 * tried again for two minutes, since IAM takes a while to know new permissions.
 *
 * It works in batches, writes nothing that is the same already, and carries on in further invocations for up to an hour. When repositories fail,
 * the deployment does, with their reasons; what is done stays, and the next deployment passes it over. Nothing is done on deletion or while a
 * stack rolls back. The function reads the template from ECR, so whoever invokes it can't give it another.
 *
 * Every repository below the prefix counts as cached: ECR doesn't tell which were made by a cache.
 *
 * Amazon ECR User Guide, "Templates to control repositories created during a pull through cache, create on push, or replication action".
 *
 * @example
 * import { PullThroughCache, RepositoryAdoption } from 'cdk-ecr-pull-through-cache';
 * import { CfnOutput } from 'aws-cdk-lib';
 *
 * declare const echo: PullThroughCache;
 *
 * const adoption = new RepositoryAdoption(this, 'Adoption', { template: echo.repositoryTemplate });
 * new CfnOutput(this, 'WouldChange', { value: adoption.summary });
 */
export class RepositoryAdoption extends Construct {
  /** One sentence about what came out, known after deployment. */
  public readonly summary: string;

  /** How many repositories got settings, or would get some in a dry run: a number as text, known after deployment. */
  public readonly changedRepositories: string;

  /** How many repositories have nothing to get: a number as text, known after deployment. */
  public readonly unchangedRepositories: string;

  /** Where each repository has a line. */
  public readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: RepositoryAdoptionProps) {
    super(scope, id);
    const known = ['template', 'dryRun', 'overwritePolicies', 'leaveOut', 'trigger', ...FUNCTION_OPTIONS];
    checkProps(this, RepositoryAdoption, 'an adoption', props ?? {}, known);
    const { template } = props ?? {};
    const dryRun = readFlag('dryRun', props?.dryRun, true, this);
    const overwritesPolicies = readFlag('overwritePolicies', props?.overwritePolicies, false, this);
    checkResource('template', template, 'prefix', 'name the repositoryTemplate of a cache, or a RepositoryTemplate', this);
    checkDeployedBeside(this, template, 'template');
    const { prefix } = template;
    const swept = new SweptRepositories(this, prefix, props.leaveOut, 'the adoption of repositories');
    const l1 = template.node.defaultChild as CfnRepositoryCreationTemplate;

    const { role, logGroup, make } = operationFunction(this, props);
    this.logGroup = logGroup;
    swept.letList(role);
    swept.letDo(role, [...CacheActions.LIST_REPOSITORIES, ...settingsActions(l1, CacheActions.READ_SETTINGS)]);
    if (!dryRun) {
      swept.letDo(role, [...CacheActions.LIST_REPOSITORIES, ...settingsActions(l1, CacheActions.WRITE_SETTINGS)]);
      swept.denyOnOthers(role, CacheActions.WRITE_SETTINGS);
    }
    const { variables, text } = swept.environment<AdoptionSettings>({ dryRun, overwritesPolicies });
    const handler = make(RepositoryAdoptionFunction, { description: 'Gives existing repositories the settings of their template', environment: variables });
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: handler.functionArn,
      serviceTimeout: LONGEST_WAIT,
      resourceType: 'Custom::PullThroughCacheAdoption',
      properties: {
        changes: [text, l1.lifecyclePolicy, l1.repositoryPolicy, l1.resourceTags, fingerprintOf(template), props.trigger],
      } satisfies SweepProperties,
    });
    // what is created in the meantime has the settings of the template then
    resource.node.addDependency(template, allowCarryingOn(this, handler, role));
    this.summary = resource.getAttString('summary');
    this.changedRepositories = resource.getAttString('changed');
    this.unchangedRepositories = resource.getAttString('unchanged');
  }
}

/** The actions for what the template has in the end, of those for a lifecycle policy, a repository policy and tags. */
function settingsActions(template: CfnRepositoryCreationTemplate, [lifecycle, policy, tags]: readonly [string, string, string]): string[] {
  const when = (property: string, action: string) =>
    Lazy.string({ produce: () => propertiesOf(template)[property] === undefined ? undefined : action });
  return [when('LifecyclePolicy', lifecycle), when('RepositoryPolicy', policy), when('ResourceTags', tags)];
}
