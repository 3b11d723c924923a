import { Aws, CfnCondition, CfnRule, Fn } from 'aws-cdk-lib';
import type { ICfnConditionExpression, Stack } from 'aws-cdk-lib';
import { AWS_EXAMPLE } from './template-parameters';
import type { TemplateParameters } from './template-parameters';

/** What the parameters of the template ask for. */
export class TemplateConditions {
  public readonly likeAwsExample: CfnCondition;
  public readonly encrypted: CfnCondition;
  /** One for each tag. */
  public readonly taggedWith: CfnCondition[];
  public readonly tagged: CfnCondition;
  public readonly creationRole: CfnCondition;
  public readonly pulledByAccounts: CfnCondition;
  public readonly pulledByOrganization: CfnCondition;
  public readonly pulledFromElsewhere: CfnCondition;
  public readonly taggedForOthers: CfnCondition;
  public readonly alarmTopic: CfnCondition;
  public readonly alarmEmail: CfnCondition;

  constructor(private readonly stack: Stack, parameters: TemplateParameters) {
    this.likeAwsExample = this.condition('UpstreamRoleLikeAwsExample', Fn.conditionEquals(parameters.rolePermissions, AWS_EXAMPLE));
    this.encrypted = this.given('HasEncryptionKey', parameters.encryptionKeyArn);
    this.taggedWith = parameters.tags.map(({ key }, index) => this.given(`HasTag${index + 1}`, key));
    this.tagged = this.condition('HasTags', Fn.conditionOr(...this.taggedWith));
    this.creationRole = this.condition('NeedsCreationRole', Fn.conditionOr(this.encrypted, this.tagged));
    this.pulledByAccounts = this.given('HasPullerAccounts', parameters.pullerAccounts);
    this.pulledByOrganization = this.given('HasPullerOrganization', parameters.pullerOrganization);
    this.pulledFromElsewhere = this.condition('HasPullersElsewhere', Fn.conditionOr(this.pulledByAccounts, this.pulledByOrganization));
    this.taggedForOthers = this.condition('HasTagsForOthers', Fn.conditionAnd(this.tagged, this.pulledFromElsewhere));
    this.alarmTopic = this.given('HasAlarmTopic', parameters.alarmTopicArn);
    this.alarmEmail = this.given('HasAlarmEmail', parameters.alarmEmail);

    parameters.tags.forEach(({ key, value }, index) => new CfnRule(stack, `Tag${index + 1}HasKey`, {
      assertions: [{
        assert: Fn.conditionOr(Fn.conditionNot(Fn.conditionEquals(key, '')), Fn.conditionEquals(value, '')),
        assertDescription: `RepositoryTagValue${index + 1} is set, but RepositoryTagKey${index + 1} is empty: set the key, or leave both empty.`,
      }],
    }));
  }

  private given(id: string, value: string): CfnCondition {
    return this.condition(id, Fn.conditionNot(Fn.conditionEquals(value, '')));
  }

  private condition(id: string, expression: ICfnConditionExpression): CfnCondition {
    return new CfnCondition(this.stack, id, { expression });
  }
}

/** A value, or nothing where the condition doesn't hold. */
export function onlyIf(condition: CfnCondition, value: unknown): ICfnConditionExpression {
  return Fn.conditionIf(condition.logicalId, value, Aws.NO_VALUE);
}
