import { Lazy, Stack, Token } from 'aws-cdk-lib';
import { TagMutability } from 'aws-cdk-lib/aws-ecr';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { checkLength, checkPrefix } from '../private/checks';
import { InvalidInputError } from '../private/errors';

/* Limits: CloudFormation reference of AWS::ECR::RepositoryCreationTemplate. */
const LONGEST_TEMPLATE_PREFIX = 256;
const LONGEST_DESCRIPTION = 256;
const LONGEST_POLICY = 10_240;
const MOST_TAGS = 50;
const MOST_FILTERS = 5;
const FILTER = /^[0-9a-zA-Z._*-]{1,128}$/;

export function checkTemplatePrefix(prefix: string, appliedFor: string[], scope: IConstruct): void {
  checkPrefix('template prefix', prefix, scope, LONGEST_TEMPLATE_PREFIX);
  if (appliedFor.length === 0 || new Set(appliedFor).size < appliedFor.length) {
    throw new InvalidInputError({
      got: appliedFor.length === 0 ? 'a template that is applied for nothing' : `the uses ${appliedFor.join(', ')}`,
      expected: 'at least one use, each once',
      fix: 'leave appliedFor out, or name each TemplateUse once',
    }, scope);
  }
}

export function checkDescription(description: string, scope: IConstruct): void {
  checkLength('template description', description, LONGEST_DESCRIPTION, 'shorten it', scope);
}

/** Tag limits of ECR: User Guide, "Tagging a private repository in Amazon ECR". */
export function checkTags(tags: { [key: string]: string }, scope: IConstruct): void {
  const entries = Object.entries(tags);
  if (entries.length > MOST_TAGS) {
    throw new InvalidInputError({ got: `${entries.length} tags`, expected: `at most ${MOST_TAGS}`, fix: 'drop some' }, scope);
  }
  for (const [key, value] of entries) {
    if (Token.isUnresolved(key)) {
      continue;
    }
    if (key.length === 0 || key.length > 128) {
      throw new InvalidInputError({ got: `a tag key of ${key.length} characters`, expected: '1 to 128', fix: 'rename the tag' }, scope);
    }
    if (key.toLowerCase().startsWith('aws:')) {
      throw new InvalidInputError({
        got: `the tag '${key}'`, expected: "no key that starts with 'aws:', which AWS reserves", fix: 'rename the tag',
      }, scope);
    }
    checkLength(`value of the tag '${key}'`, value, 256, 'shorten it', scope);
  }
}

export function checkExclusionFilters(mutability: TagMutability, filters: string[] | undefined, scope: IConstruct): void {
  const wantsFilters = mutability === TagMutability.IMMUTABLE_WITH_EXCLUSION || mutability === TagMutability.MUTABLE_WITH_EXCLUSION;
  const count = filters?.length ?? 0;
  if (wantsFilters && (count < 1 || count > MOST_FILTERS)) {
    throw new InvalidInputError({
      got: `${count} mutability exclusion filters with ${mutability}`,
      expected: `1 to ${MOST_FILTERS}`,
      fix: "name the tags that are excluded, for example ['latest', 'dev-*']",
    }, scope);
  }
  if (!wantsFilters && filters) {
    throw new InvalidInputError({
      got: `mutability exclusion filters with ${mutability}`,
      expected: 'filters with MUTABLE_WITH_EXCLUSION or IMMUTABLE_WITH_EXCLUSION only',
      fix: 'set imageTagMutability to one of these, or leave the filters out',
    }, scope);
  }
  for (const filter of filters ?? []) {
    if (!Token.isUnresolved(filter) && !FILTER.test(filter)) {
      throw new InvalidInputError({
        got: `the mutability exclusion filter '${filter}'`,
        expected: "1 to 128 letters, digits, '.', '_', '-' and '*'",
        fix: "write a pattern of tags such as 'dev-*'",
      }, scope);
    }
  }
}

export function checkCreationRole(role: iam.IRole | undefined, scope: IConstruct): void {
  const path = role && pathOf(role);
  if (path !== undefined && path !== '/') {
    throw new InvalidInputError({
      got: `a creation role with the path '${path}'`,
      expected: 'a role without a path, since ECR refuses others in a template',
      fix: 'create the role without a path',
    }, scope);
  }
}

/** The path of a role as far as it is known: from an L1 in the tree, or from a literal ARN. */
function pathOf(role: iam.IRole): string | undefined {
  const l1 = role.node.defaultChild;
  const path = l1 && CfnRole.isCfnRole(l1) ? l1.path : role.roleArn.replace(/^[^/]*(.*?)[^/]*$/, '$1');
  return Token.isUnresolved(path) || Token.isUnresolved(role.roleArn) && !l1 ? undefined : path;
}

/** The policy as JSON, measured when it is rendered, since statements may be added until then. */
export function checkedPolicyText(policy: iam.PolicyDocument | undefined, scope: IConstruct): string | undefined {
  return policy && Lazy.string({
    produce: () => {
      if (policy.isEmpty) {
        return undefined;
      }
      const text = Stack.of(scope).toJsonString(policy);
      const json = JSON.stringify(Stack.of(scope).resolve(policy));
      checkLength('repository policy', json, LONGEST_POLICY,
        'name an organisation instead of its accounts, or put the statements into the registry policy', scope);
      return text;
    },
  });
}
