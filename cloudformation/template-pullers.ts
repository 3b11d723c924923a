import { Aws, Fn } from 'aws-cdk-lib';
import type { TemplateConditions } from './template-conditions';
import type { TemplateParameters } from './template-parameters';
import { CacheActions } from '../src/rule/cache-actions';

/*
 * What `CachePullers` and `RegistryPolicy` of the library say, as text: the accounts are a list that is known at deployment only, which no
 * list of principals can be made of without knowing its length. An account is named by its id, the short form of its principal: IAM User
 * Guide, "AWS JSON policy elements: Principal".
 */

/**
 * The policy that lets principals of other accounts pull what is cached. With an organization its statement is the only one, since the accounts belong
 * to it. By the principal `*` alone every principal of this account would get in, also one that IAM allows nothing.
 */
export function repositoryPolicyText(parameters: TemplateParameters, conditions: TemplateConditions): string {
  const { pulledByOrganization } = conditions;
  const accounts = statement({ Principal: accountsOf(parameters), Action: [...CacheActions.PULL_CACHED] });
  const organization = statement({
    Principal: '*',
    Action: [...CacheActions.PULL_CACHED],
    Condition: { ...memberOf(parameters), StringNotEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } },
  });
  return document(Fn.conditionIf(pulledByOrganization.logicalId, organization, accounts).toString());
}

/** What the registry policy of this account has to hold besides, so that principals of the other accounts make first pulls. */
export function registryPolicyText(parameters: TemplateParameters, { pulledByOrganization }: TemplateConditions): string {
  const importing = {
    Principal: accountsOf(parameters),
    Action: [...CacheActions.PULL_CACHED, ...CacheActions.IMPORT],
    Resource: `arn:${Aws.PARTITION}:ecr:${Aws.REGION}:${Aws.ACCOUNT_ID}:repository/${parameters.prefix}/*`,
  };
  const members = statement({ ...importing, Condition: memberOf(parameters) });
  return document(Fn.conditionIf(pulledByOrganization.logicalId, members, statement(importing)).toString());
}

function memberOf({ pullerOrganization }: TemplateParameters) {
  return { StringEquals: { 'aws:PrincipalOrgID': pullerOrganization } };
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
