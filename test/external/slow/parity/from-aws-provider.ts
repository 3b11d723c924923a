import type { Rendering } from './rendering';

/** A resource in the words of hashicorp/aws, as Terraform's state has it; Pulumi's provider is made from the same schema. */
export interface ProviderResource {
  readonly type: string;
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly values: { readonly [attribute: string]: any };
}

/** The resources in the words of CloudFormation. */
export function inWordsOfCloudFormation(all: readonly ProviderResource[]): Rendering['resources'] {
  const found = (type: string) => all.filter(resource => resource.type === type);
  const to: { readonly [type: string]: (values: any, resource: ProviderResource) => { Type: string; Properties: object } } = {
    aws_ecr_pull_through_cache_rule: values => ({
      Type: 'AWS::ECR::PullThroughCacheRule',
      Properties: {
        EcrRepositoryPrefix: values.ecr_repository_prefix,
        // the provider leaves it to ECR to tell by the URL
        UpstreamRegistry: registryOf(values.upstream_registry_url),
        UpstreamRegistryUrl: values.upstream_registry_url,
        UpstreamRepositoryPrefix: values.upstream_repository_prefix ?? undefined,
        CustomRoleArn: reference(values.custom_role_arn),
        CredentialArn: values.credential_arn ?? undefined,
      },
    }),
    aws_ecr_repository_creation_template: values => ({
      Type: 'AWS::ECR::RepositoryCreationTemplate',
      Properties: {
        Prefix: values.prefix,
        AppliedFor: values.applied_for,
        ImageTagMutability: values.image_tag_mutability,
        EncryptionConfiguration: {
          EncryptionType: values.encryption_configuration[0].encryption_type,
          KmsKey: values.encryption_configuration[0].kms_key ?? undefined,
        },
        ResourceTags: Object.entries(values.resource_tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
        LifecyclePolicy: values.lifecycle_policy ?? undefined,
        RepositoryPolicy: values.repository_policy ?? undefined,
        CustomRoleArn: reference(values.custom_role_arn),
      },
    }),
    aws_iam_role: values => ({
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument: JSON.parse(values.assume_role_policy), Path: values.path ?? undefined },
    }),
    aws_iam_role_policy: values => ({
      Type: 'AWS::IAM::RolePolicy',
      Properties: { RoleName: `{${key(only(found('aws_iam_role'), ({ id }) => id === values.role))}}`, PolicyDocument: JSON.parse(values.policy) },
    }),
    aws_iam_policy: values => ({ Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: JSON.parse(values.policy) } }),
    aws_cloudwatch_log_group: (values, { arn }) => ({
      Type: 'AWS::Logs::LogGroup',
      Properties: {
        RetentionInDays: values.retention_in_days,
        ResourcePolicyDocument: JSON.parse(only(found('aws_cloudwatch_log_resource_policy'), policy => policy.values.resource_arn === arn).values.policy_document),
      },
    }),
    aws_cloudwatch_event_rule: (values, { name }) => ({
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: JSON.parse(values.event_pattern),
        State: values.state ?? undefined,
        Targets: found('aws_cloudwatch_event_target').filter(target => target.values.rule === name).map(target => ({ Arn: reference(target.values.arn) })),
      },
    }),
    aws_cloudwatch_metric_alarm: values => ({
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        Metrics: values.metric_query.map(({ id: Id, expression: Expression, return_data: ReturnData, metric }: any) => {
          const [of] = [metric ?? []].flat();
          return of === undefined ? { Id, Expression, ReturnData } : {
            Id,
            ReturnData,
            MetricStat: {
              Metric: {
                Namespace: of.namespace,
                MetricName: of.metric_name,
                Dimensions: Object.entries(of.dimensions).map(([Name, Value]) => ({ Name, Value: named(Value) })),
              },
              Period: of.period,
              Stat: of.stat,
            },
          };
        }),
        EvaluationPeriods: values.evaluation_periods,
        DatapointsToAlarm: values.datapoints_to_alarm,
        ComparisonOperator: values.comparison_operator,
        Threshold: values.threshold,
        TreatMissingData: values.treat_missing_data,
        AlarmActions: values.alarm_actions.map((arn: string) => told(arn)),
        OKActions: values.ok_actions.map((arn: string) => told(arn)),
      },
    }),
    aws_sns_topic: () => ({ Type: 'AWS::SNS::Topic', Properties: {} }),
    aws_sns_topic_subscription: values => ({
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: told(values.topic_arn), Protocol: values.protocol, Endpoint: values.endpoint },
    }),
  };
  const parts = ['aws_cloudwatch_log_resource_policy', 'aws_cloudwatch_event_target'];
  const whole = all.filter(({ type }) => !parts.includes(type));

  function key({ type, name }: ProviderResource): string {
    return `${type}/${name}`;
  }
  function reference(arn: string | null | undefined): string | undefined {
    const made = whole.find(resource => resource.arn === arn);
    return made ? `{${key(made)}.Arn}` : arn ?? undefined;
  }
  function told(arn: string): string {
    const made = whole.find(resource => resource.arn === arn);
    return made ? `{${key(made)}}` : arn;
  }
  function named(name: unknown): unknown {
    const made = found('aws_cloudwatch_event_rule').find(resource => resource.name === name);
    return made ? `{${key(made)}}` : name;
  }

  return Object.fromEntries(whole.map(resource => {
    const translate = to[resource.type];
    if (!translate) {
      throw new Error(`the comparison knows no ${resource.type}: say what it is in CloudFormation`);
    }
    return [key(resource), JSON.parse(JSON.stringify(translate(resource.values, resource)))];
  }));
}

function registryOf(url: string): string {
  if (/^\d{12}\.dkr\.ecr\./.test(url)) {
    return 'ecr';
  }
  return { 'public.ecr.aws': 'ecr-public', 'registry-1.docker.io': 'docker-hub' }[url]!;
}

function only<T>(items: readonly T[], matches: (item: T) => boolean): T {
  const matching = items.filter(matches);
  if (matching.length !== 1) {
    throw new Error(`got ${matching.length} resources, expected one`);
  }
  return matching[0];
}
