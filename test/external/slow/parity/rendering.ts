import type { ResourceJson } from '../../../cloudformation/evaluate';
import { contractOf } from '../../../contract/from-cloudformation';
import type { PlainContract } from '../../../contract/plain-contract';
import { plainStatements } from '../../../contract/plain-statements';
import type { PlainStatement, PolicyJson } from '../../../contract/plain-statements';

/** A rendering of a cache, in the words of CloudFormation. `{Id}` and `{Id.Arn}` stand for what AWS gives. */
export interface Rendering {
  readonly resources: { readonly [id: string]: ResourceJson };
  /** What the registry policy of the account has to hold besides. */
  readonly registryPolicy?: PolicyJson;
}

/** What a cache is, with what its pullers get. */
export interface Compared {
  readonly cache: PlainContract;
  /** The policy to attach to roles that pull. */
  readonly pullers: readonly PlainStatement[];
  readonly registryPolicy: readonly PlainStatement[];
}

/** What is compared of a rendering. */
export function compared({ resources, registryPolicy }: Rendering): Compared {
  const contract = contractOf({ Resources: resources });
  const policies = Object.values(resources).filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy');
  if (policies.length !== 1) {
    throw new Error(`got ${policies.length} policies for pullers, expected one`);
  }
  return {
    cache: {
      ...contract,
      template: { ...contract.template, repositoryPolicy: oneByOne(contract.template.repositoryPolicy) },
      ...contract.alarm && {
        alarm: {
          ...contract.alarm,
          alarmActions: told(resources, contract.alarm.alarmActions),
          okActions: told(resources, contract.alarm.okActions),
        },
      },
    },
    pullers: plainStatements(policies[0].Properties.PolicyDocument as PolicyJson),
    registryPolicy: registryPolicy ? oneByOne(plainStatements(registryPolicy)) : [],
  };
}

/** Statements with one principal each: several principals of one are the same. The id of an account is short for its root. */
function oneByOne(statements: readonly PlainStatement[]): PlainStatement[] {
  return statements
    .flatMap(statement => Object.entries(statement.principals).flatMap(([kind, names]) => names.map(name => ({
      ...statement, principals: { [kind]: [/^\d{12}$/.test(name) ? `arn:aws:iam::${name}:root` : name] },
    }))))
    .sort((one, other) => JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
}

/** Whom an alarm tells: the ARN of a topic from elsewhere, or the address that a topic of this rendering mails to. */
function told(resources: Rendering['resources'], actions: readonly string[]): string[] {
  return actions.map(action => {
    const id = /^\{(.*)\}$/.exec(action)?.[1];
    const subscription = Object.values(resources).find(({ Type, Properties }) => Type === 'AWS::SNS::Subscription' && Properties.TopicArn === `{${id}}`);
    return id === undefined ? action : `${subscription?.Properties.Protocol}:${subscription?.Properties.Endpoint}`;
  }).sort();
}
