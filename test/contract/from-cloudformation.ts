import type { PlainAlarm, PlainContract, PlainEventRule, PlainLifecycleRule, PlainLog, PlainRole, PlainTemplate } from './plain-contract';
import { plainStatements } from './plain-statements';
import type { PolicyJson } from './plain-statements';
import { evaluate } from '../cloudformation/evaluate';
import type { TemplateJson } from '../cloudformation/evaluate';

type Properties = { readonly [name: string]: any };
type Resources = { readonly [id: string]: { readonly Type: string; readonly Properties: Properties } };

/**
 * The plain contract of a cache in a CloudFormation template, as it is with these parameters.
 *
 * @param template the template in JSON
 * @param parameters values of its parameters
 * @param prefix which of several caches is meant
 */
export function contractOf(template: TemplateJson, parameters: { readonly [id: string]: string | number } = {}, prefix?: string): PlainContract {
  // rules judge parameters, and the one of aws-cdk-lib judges the bootstrap stack
  const resources = evaluate({ ...template, Rules: {} }, parameters).resources as Resources;
  const rule = only(resources, 'AWS::ECR::PullThroughCacheRule', candidate => prefix === undefined || candidate.EcrRepositoryPrefix === prefix);
  const repositoryPrefix: string = rule.EcrRepositoryPrefix;
  const repositories = only(resources, 'AWS::ECR::RepositoryCreationTemplate', candidate => candidate.Prefix === repositoryPrefix);
  return present({
    rule: present({
      repositoryPrefix,
      upstreamRepositoryPrefix: rule.UpstreamRepositoryPrefix ?? 'ROOT',
      upstreamRegistry: rule.UpstreamRegistry,
      upstreamRegistryUrl: rule.UpstreamRegistryUrl,
      upstreamRole: reference(resources, rule.CustomRoleArn),
      credentialArn: rule.CredentialArn,
    }),
    upstreamRole: roleOf(resources, rule.CustomRoleArn),
    template: templateOf(resources, repositories),
    creationRole: roleOf(resources, repositories.CustomRoleArn),
    alarm: alarmOf(resources, repositoryPrefix),
  });
}

function templateOf(resources: Resources, properties: Properties): PlainTemplate {
  const { EncryptionConfiguration: encryption, RepositoryPolicy: policy } = properties;
  return present({
    prefix: properties.Prefix,
    appliedFor: [...properties.AppliedFor].sort(),
    tagMutability: properties.ImageTagMutability,
    tagMutabilityExclusions: (properties.ImageTagMutabilityExclusionFilters ?? [])
      .map((filter: Properties) => filter.ImageTagMutabilityExclusionFilterValue).sort(),
    encryption: present({ type: encryption.EncryptionType, key: encryption.KmsKey }),
    tags: Object.fromEntries((properties.ResourceTags ?? []).map(({ Key, Value }: Properties) => [Key, Value])),
    lifecycle: lifecycleOf(properties.LifecyclePolicy),
    repositoryPolicy: policy === undefined ? [] : plainStatements(parsed(policy) as PolicyJson),
    creationRole: reference(resources, properties.CustomRoleArn),
  });
}

function lifecycleOf(policy: unknown): PlainLifecycleRule[] {
  const { rules = [] } = policy === undefined ? {} : parsed(policy) as { rules?: PlainLifecycleRule[] };
  return [...rules].sort((one, other) => one.rulePriority - other.rulePriority)
    .map(({ rulePriority, selection, action }) => ({ rulePriority, selection, action }));
}

function roleOf(resources: Resources, arn: string | undefined): PlainRole | undefined {
  const id = madeRole(resources, arn);
  if (id === undefined) {
    return undefined;
  }
  const { AssumeRolePolicyDocument: trust, Path: path = '/', Policies: policies = [] } = resources[id].Properties;
  const attached = Object.values(resources).filter(({ Type, Properties: { Roles: roles = [], RoleName: role } }) =>
    Type === 'AWS::IAM::Policy' && roles.includes(`{${id}}`) || Type === 'AWS::IAM::RolePolicy' && role === `{${id}}`);
  const documents = [...policies, ...attached.map(({ Properties: properties }) => properties)].map(({ PolicyDocument: document }) => document);
  return { path, trust: plainStatements(trust), permissions: plainStatements(...documents) };
}

function reference(resources: Resources, arn: string | undefined): string | undefined {
  return madeRole(resources, arn) === undefined ? arn : 'made';
}

function madeRole(resources: Resources, arn: string | undefined): string | undefined {
  const id = /^\{(.*)\.Arn\}$/.exec(arn ?? '')?.[1];
  return id !== undefined && id in resources ? id : undefined;
}

/** The alarm whose dimension is a rule for failed imports of this prefix. */
function alarmOf(resources: Resources, prefix: string): PlainAlarm | undefined {
  const rules = Object.entries(resources).filter(([, { Type, Properties: { EventPattern: pattern } }]) => Type === 'AWS::Events::Rule'
    && pattern['detail-type']?.includes('ECR Pull Through Cache Action') && pattern.detail?.['ecr-repository-prefix']?.includes(prefix));
  for (const { Type: type, Properties: alarm } of Object.values(resources)) {
    const metrics: Properties[] = alarm.Metrics ?? [];
    const stat = metrics.find(metric => metric.MetricStat)?.MetricStat;
    const [dimension] = stat?.Metric.Dimensions ?? [];
    const read = rules.find(([id]) => type === 'AWS::CloudWatch::Alarm' && dimension?.Name === 'RuleName' && dimension.Value === `{${id}}`);
    if (read) {
      return {
        expression: metrics.find(metric => String(metric.ReturnData ?? true) === 'true')?.Expression,
        namespace: stat.Metric.Namespace,
        metricName: stat.Metric.MetricName,
        statistic: stat.Stat,
        periodSeconds: Number(stat.Period),
        evaluationPeriods: Number(alarm.EvaluationPeriods),
        datapointsToAlarm: Number(alarm.DatapointsToAlarm),
        comparison: alarm.ComparisonOperator,
        threshold: Number(alarm.Threshold),
        missingData: alarm.TreatMissingData,
        alarmActions: [...alarm.AlarmActions ?? []].sort(),
        okActions: [...alarm.OKActions ?? []].sort(),
        reads: eventRuleOf(resources, read[1].Properties),
      };
    }
  }
  return undefined;
}

function eventRuleOf(resources: Resources, { EventPattern: pattern, State: state = 'ENABLED', Targets: targets = [] }: Properties): PlainEventRule {
  const arns: string[] = targets.map(({ Arn }: Properties) => Arn);
  const logGroup = (arn: string) => resources[/\{(.*?)(\.Arn)?\}/.exec(arn)?.[1] ?? ''];
  const isLog = (arn: string) => logGroup(arn)?.Type === 'AWS::Logs::LogGroup';
  return {
    enabled: state !== 'DISABLED',
    pattern,
    logs: arns.filter(isLog).map(arn => logOf(logGroup(arn).Properties)),
    otherTargets: arns.filter(arn => !isLog(arn)).sort(),
  };
}

function logOf({ RetentionInDays: retentionDays, ResourcePolicyDocument: policy }: Properties): PlainLog {
  return present({ retentionDays: retentionDays && Number(retentionDays), policy: policy ? plainStatements(policy) : [] });
}

function only(resources: Resources, type: string, matches: (properties: Properties) => boolean): Properties {
  const found = Object.values(resources).filter(({ Type, Properties: properties }) => Type === type && matches(properties));
  if (found.length !== 1) {
    throw new Error(`got ${found.length} resources ${type} for a plain contract, expected one: name the prefix of the cache that is meant`);
  }
  return found[0].Properties;
}

function parsed(json: unknown): unknown {
  return typeof json === 'string' ? JSON.parse(json) : json;
}

/** Without what is undefined, so that contracts can be compared as JSON too. */
function present<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
