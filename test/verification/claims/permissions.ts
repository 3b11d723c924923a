import type { Area } from '../claim';
import { noted, unitTests } from '../evidence';
import { IAM_SIMULATE, OURS } from '../judges';

const decided = (...files: string[]) => [
  noted('npm test', 'allowed requests', ...files), noted('npm test', 'refused requests', ...files), unitTests(...files),
];

export const PERMISSIONS: Area = {
  title: 'Permissions',
  claims: [
    {
      id: 'pullers',
      claim: '`grants.pull()` is all that a first pull needs, for exactly the prefix or the images that are named, and nothing more',
      judges: [IAM_SIMULATE],
      tried: 'tables of who may what on which ARN, with other prefixes, accounts, Regions and actions refused; each granted action is taken away in turn and must be missed',
      evidence: [
        ...decided('test/pulling/cache-grants.decisions.test.ts', 'test/pulling/pull-policy.test.ts'),
        noted('npm test', 'actions taken away', 'test/pulling/cache-grants.decisions.test.ts'),
      ],
      restsOn: ['tag-resource-for-pullers', 'pull-cached-refresh'],
    },
    {
      id: 'pullers-of-services',
      claim: 'In ECS, EKS, Batch, CodeBuild and the rest, the role that is granted is the role that pulls',
      judges: [IAM_SIMULATE, OURS],
      tried: 'each service of the guide with the role that its template names, decided with the grant and without it',
      evidence: decided('test/pulling/who-pulls.test.ts'),
      restsOn: ['batch-ec2-puller'],
    },
    {
      id: 'service-roles',
      claim: 'The role that reads the upstream and the role that creates repositories can do what AWS documents, on their own repositories and key, and can\'t be assumed by anybody else',
      judges: [IAM_SIMULATE],
      tried: 'both roles in all their forms, with the owner\'s policy and without; other services, prefixes, upstreams and keys are refused; each action is taken away in turn',
      evidence: [...decided('test/rule/roles.decisions.test.ts'), noted('npm test', 'actions taken away', 'test/rule/roles.decisions.test.ts')],
      restsOn: ['scoped-upstream-role', 'source-account-trust', 'creation-role-actions', 'earlier-role-action'],
    },
    {
      id: 'pullers-elsewhere',
      claim: 'Pullers of another account or of an organisation get what is granted, and only where both accounts allow it',
      judges: [IAM_SIMULATE],
      tried: 'accounts, roles, organisations and units of them, with one half missing, from outside of the organisation, and with the older scope of registry policies',
      evidence: decided('test/pulling/cross-account.decisions.test.ts', 'test/repository/cache-pullers.test.ts', 'test/repository/puller-register.test.ts', 'test/registry/registry-policy.test.ts'),
      restsOn: ['other-accounts', 'other-accounts-keys', 'other-accounts-tags', 'account-id-principal'],
    },
    {
      id: 'vendor-side',
      claim: 'A vendor lets in the customers it names, narrowed to roles or an organisation, and nobody else; one who is taken out loses nothing but the access',
      judges: [IAM_SIMULATE, OURS],
      tried: 'repository and registry policies for one and for many customers; strangers, other repositories and other actions are refused, and so are names that no policy has a place for',
      evidence: decided('test/registry/upstream-access.test.ts'),
      restsOn: ['upstream-referrers', 'upstream-conditions'],
    },
    {
      id: 'written-policies',
      claim: 'Policies are written once, small, for every kind of principal; a grant that can\'t be written says so',
      judges: [OURS],
      tried: 'roles, users, managed policies, composites, imports, services and other accounts, granted once and often; allow-lists with names that are none are refused',
      evidence: [unitTests(
        'test/pulling/cache-grants.test.ts', 'test/pulling/watched-principal.test.ts', 'test/rule/allow-list.test.ts', 'test/rule/cache-actions.test.ts', 'test/rule/cache-address.test.ts',
        'test/rule/upstream-access-role.test.ts', 'test/registry/statement-ids.test.ts',
      )],
    },
    {
      id: 'known-actions',
      claim: 'Every action that the library writes and the guide names is one that AWS has',
      judges: [IAM_SIMULATE, OURS],
      tried: 'each action of docs/permissions.md beside the list of AWS\'s actions that the simulator brings; an action that AWS lacks is refused',
      evidence: [unitTests('test/docs/permissions.test.ts')],
    },
  ],
};
