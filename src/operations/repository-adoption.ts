import { CustomResource, Stack } from 'aws-cdk-lib';
import type { CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { allowCarryingOn, LONGEST_WAIT, operationFunction } from './operation-resources';
import { checkNotRoot, otherPrefixes, readLeftOut } from './swept-prefixes';
import { RepositoryAdoptionFunction } from '../functions/repository-adoption-function';
import { FUNCTION_OPTIONS } from '../monitoring/cache-function-defaults';
import type { CacheFunctionOptions } from '../monitoring/cache-function-options';
import { checkProps, checkResource, readFlag } from '../private/access';
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
   * Prefixes below that of the template whose repositories are left alone, such as `echo/own`: those that no cache has made. What other
   * rules and more specific templates have is left alone anyway.
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
 * What the template doesn't have is left alone, and so are further tags; encryption can't be changed. It works in batches, writes nothing
 * that is the same already, and carries on in further invocations for up to an hour. When repositories fail, the deployment does, with their
 * reasons; what is done stays, and the next deployment passes it over. Nothing is done on deletion or while a stack rolls back.
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

  /** How many repositories have all settings already: a number as text, known after deployment. */
  public readonly unchangedRepositories: string;

  /** Where each repository has a line. */
  public readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: RepositoryAdoptionProps) {
    super(scope, id);
    checkProps(this, RepositoryAdoption, 'an adoption', props ?? {}, ['template', 'dryRun', 'leaveOut', 'trigger', ...FUNCTION_OPTIONS]);
    const { template } = props ?? {};
    const dryRun = readFlag('dryRun', props?.dryRun, true, this);
    checkResource('template', template, 'prefix', 'name the repositoryTemplate of a cache, or a RepositoryTemplate', this);
    const { prefix } = template;
    checkNotRoot(prefix, 'the adoption of repositories', this);
    const leaveOut = readLeftOut(props.leaveOut, prefix, this);

    const { role, logGroup, make } = operationFunction(this, props);
    this.logGroup = logGroup;
    permit(this, role, prefix, dryRun);
    const handler = make(RepositoryAdoptionFunction, { description: 'Gives existing repositories the settings of their template' });
    const { lifecyclePolicy, repositoryPolicy, resourceTags } = template.node.defaultChild as CfnRepositoryCreationTemplate;
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: handler.functionArn,
      serviceTimeout: LONGEST_WAIT,
      resourceType: 'Custom::PullThroughCacheAdoption',
      properties: {
        prefix,
        others: otherPrefixes(this, prefix, leaveOut),
        dryRun: String(dryRun),
        lifecyclePolicy,
        repositoryPolicy,
        tags: resourceTags,
        trigger: props.trigger,
      },
    });
    // what is born in the meantime has the settings of the template then
    resource.node.addDependency(template, allowCarryingOn(this, handler, role));
    this.summary = resource.getAttString('summary');
    this.changedRepositories = resource.getAttString('changed');
    this.unchangedRepositories = resource.getAttString('unchanged');
  }
}

function permit(scope: Construct, role: iam.Role, prefix: string, dryRun: boolean): void {
  const repositories = (resourceName: string) => Stack.of(scope).formatArn({ service: 'ecr', resource: 'repository', resourceName });
  const statement = (actions: readonly string[], resource: string) =>
    role.addToPolicy(new iam.PolicyStatement({ actions: [...actions], resources: [resource] }));
  statement([...CacheActions.LIST_RULES, ...CacheActions.LIST_TEMPLATES], '*');
  // a list of repositories can't be narrowed to a prefix
  statement(CacheActions.LIST_REPOSITORIES, repositories('*'));
  statement([...CacheActions.READ_SETTINGS, ...dryRun ? [] : CacheActions.WRITE_SETTINGS], repositories(`${prefix}/*`));
}
