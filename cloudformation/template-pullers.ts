import { Aws, Fn } from 'aws-cdk-lib';
import type { CfnCondition } from 'aws-cdk-lib';
import type { TemplateConditions } from './template-conditions';
import type { TemplateParameters } from './template-parameters';
import { CacheActions } from '../src/rule/cache-actions';

/*
 * Policies as text, since their principals are a list that is known at deployment only, and ECR takes policies of a template as
 * text. An account is named by its id, the short form of its principal: IAM User Guide, "AWS JSON policy elements: Principal".
 */

/** The policy that lets principals of other accounts pull what is cached, and import newer images into the repository. */
export function repositoryPolicyText(parameters: TemplateParameters, conditions: TemplateConditions): string {
  const actions = [...CacheActions.PULL_CACHED, 'ecr:BatchImportUpstreamImage'];
  return document(parameters, conditions, { Action: actions });
}

/** What the registry policy of this account has to hold besides, so that principals of other accounts create repositories. */
export function registryPolicyText(parameters: TemplateParameters, conditions: TemplateConditions): string {
  const { prefix } = parameters;
  return document(parameters, conditions, {
    Action: [...CacheActions.IMPORT],
    Resource: `arn:${Aws.PARTITION}:ecr:${Aws.REGION}:${Aws.ACCOUNT_ID}:repository/${prefix}/*`,
  });
}

function document(parameters: TemplateParameters, conditions: TemplateConditions, allowed: object): string {
  const accounts = statement({ Principal: { AWS: [Fn.join('","', parameters.pullerAccounts)] }, ...allowed });
  const organization = statement({
    Principal: '*',
    ...allowed,
    Condition: { StringEquals: { 'aws:PrincipalOrgID': parameters.pullerOrganization } },
  });
  const both = textIf(conditions.pulledByAccounts, textIf(conditions.pulledByOrganization, ','));
  return Fn.join('', [
    '{"Version":"2012-10-17","Statement":[',
    textIf(conditions.pulledByAccounts, accounts),
    both,
    textIf(conditions.pulledByOrganization, organization),
    ']}',
  ]);
}

function statement(rest: object): string {
  return JSON.stringify({ Effect: 'Allow', ...rest });
}

function textIf(condition: CfnCondition, text: string): string {
  return Fn.conditionIf(condition.logicalId, text, '').toString();
}
