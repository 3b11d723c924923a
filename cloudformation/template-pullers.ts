import { Aws, Fn } from 'aws-cdk-lib';
import type { CfnCondition } from 'aws-cdk-lib';
import type { TemplateConditions } from './template-conditions';
import type { TemplateParameters } from './template-parameters';
import { CacheActions } from '../src/rule/cache-actions';

/*
 * What `CachePullers` and `RegistryPolicy` of the library say, as text: the accounts are a list that is known at deployment only, which no
 * list of principals can be made of without knowing its length. An account is named by its id, the short form of its principal: IAM User
 * Guide, "AWS JSON policy elements: Principal".
 */

/** The policy that lets principals of other accounts pull what is cached. */
export function repositoryPolicyText(parameters: TemplateParameters, conditions: TemplateConditions): string {
  const { pulledByAccounts, pulledByOrganization } = conditions;
  const accounts = statement({ Principal: accountsOf(parameters), Action: [...CacheActions.PULL_CACHED] });
  const organization = statement({
    Principal: '*',
    Action: [...CacheActions.PULL_CACHED],
    Condition: { StringEquals: { 'aws:PrincipalOrgID': parameters.pullerOrganization } },
  });
  return document(
    textIf(pulledByAccounts, accounts),
    textIf(pulledByAccounts, textIf(pulledByOrganization, ',')),
    textIf(pulledByOrganization, organization),
  );
}

/** What the registry policy of this account has to hold besides, so that principals of the other accounts make first pulls. */
export function registryPolicyText(parameters: TemplateParameters): string {
  return document(statement({
    Principal: accountsOf(parameters),
    Action: [...CacheActions.PULL_CACHED, ...CacheActions.IMPORT],
    Resource: `arn:${Aws.PARTITION}:ecr:${Aws.REGION}:${Aws.ACCOUNT_ID}:repository/${parameters.prefix}/*`,
  }));
}

function accountsOf({ pullerAccounts }: TemplateParameters) {
  return { AWS: [Fn.join('","', Fn.split(',', pullerAccounts))] };
}

function document(...statements: string[]): string {
  return Fn.join('', ['{"Version":"2012-10-17","Statement":[', ...statements, ']}']);
}

function statement(rest: object): string {
  return JSON.stringify({ Effect: 'Allow', ...rest });
}

function textIf(condition: CfnCondition, text: string): string {
  return Fn.conditionIf(condition.logicalId, text, '').toString();
}
