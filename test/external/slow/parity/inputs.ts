/** What a user may ask of a cache, in no tool's words. What isn't said is left to the tool's default. */
export interface Input {
  /** The account of a private ECR upstream; otherwise there is `upstreamUrl`. */
  readonly registryAccount?: string;
  readonly registryRegion?: string;
  readonly upstreamUrl?: string;
  readonly credentialArn?: string;
  readonly prefix?: string;
  readonly upstreamPrefix?: string;
  /** The upstream role's permissions are those of AWS's example. */
  readonly likeAwsExample?: boolean;
  readonly imagesKept?: number;
  readonly untaggedImageDays?: number;
  readonly keyArn?: string;
  readonly tags?: { readonly [key: string]: string };
  readonly pullerAccounts?: string[];
  readonly pullerOrganization?: string;
  readonly alarmTopicArn?: string;
  readonly alarmEmail?: string;
}

export type Tool = 'construct' | 'CloudFormation template' | 'Terraform module' | 'Pulumi component';

interface Row {
  readonly input: Input;
  /** The tools that can't, each with how it says so. */
  readonly cant?: { readonly [tool in Tool]?: RegExp };
}

const ECHO = { registryAccount: '123456789012' };
const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:ops';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/docker-hub-AbCdEf';
const ECHO_ONLY = { 'CloudFormation template': /the template has no parameters UpstreamRegistryUrl/ };

/** The inputs by which the renderings are compared. */
export const INPUTS: { readonly [name: string]: Row } = {
  'nothing but the account': { input: ECHO },
  'another account, Region and prefix': { input: { registryAccount: '012345678901', registryRegion: 'eu-west-1', prefix: 'team-a/hardened' } },
  'a part of the upstream': {
    input: { ...ECHO, upstreamPrefix: 'team-a' },
    cant: { 'CloudFormation template': /the template has no parameters UpstreamRepositoryPrefix/ },
  },
  "the permissions of AWS's example": { input: { ...ECHO, likeAwsExample: true } },
  'another lifecycle': { input: { ...ECHO, imagesKept: 3, untaggedImageDays: 7 } },
  'a key': { input: { ...ECHO, keyArn: KEY } },
  'a tag': { input: { ...ECHO, tags: { team: 'web' } } },
  'five tags and a key': { input: { ...ECHO, keyArn: KEY, tags: { a: '1', b: '2', c: '3', d: '', e: 'five words of a value' } } },
  'six tags': {
    input: { ...ECHO, tags: { a: '1', b: '2', c: '3', d: '4', e: '5', f: '6' } },
    cant: { 'CloudFormation template': /the template has no parameters RepositoryTagKey6/ },
  },
  'pullers of other accounts': { input: { ...ECHO, pullerAccounts: ['444455556666', '777788889999'] } },
  'pullers of an organization': { input: { ...ECHO, pullerOrganization: 'o-abcde12345' } },
  'pullers of both, with tags': {
    input: { ...ECHO, pullerAccounts: ['444455556666'], pullerOrganization: 'o-abcde12345', tags: { team: 'web' } },
  },
  'a topic that is told': { input: { ...ECHO, alarmTopicArn: TOPIC } },
  'an address that is told': { input: { ...ECHO, alarmEmail: 'ops@example.com' } },
  'everything': {
    input: {
      registryAccount: '012345678901',
      registryRegion: 'eu-west-1',
      prefix: 'hardened',
      likeAwsExample: true,
      imagesKept: 100,
      untaggedImageDays: 1,
      keyArn: KEY,
      tags: { team: 'web', cost: '42' },
      pullerAccounts: ['444455556666', '777788889999'],
      pullerOrganization: 'o-abcde12345',
      alarmTopicArn: TOPIC,
      alarmEmail: 'ops@example.com',
    },
  },
  'a public upstream': { input: { upstreamUrl: 'public.ecr.aws', prefix: 'ecr-public' }, cant: ECHO_ONLY },
  'an upstream with a credential': {
    input: { upstreamUrl: 'registry-1.docker.io', credentialArn: SECRET, prefix: 'docker-hub', imagesKept: 5 },
    cant: ECHO_ONLY,
  },
};
