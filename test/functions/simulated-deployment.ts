import type { IncomingMessage } from 'http';
import { error, SimulatedAws } from './simulated-aws';
import type { Call, SimulatedImage } from './simulated-aws';
import type { DeploymentRequest } from '../../src/functions/custom-resource';

export const STACK = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/Cache/1';
export const CONTEXT = { getRemainingTimeInMillis: () => 600_000, invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:f' };

/** What a repository was set to. */
export interface SimulatedSettings {
  lifecycle?: string;
  policy?: string;
  tags: { Key: string; Value: string }[];
}

const RULE_MADE = '2026-03-01T00:00:00Z', REPOSITORY_MADE = '2026-05-01T00:00:00Z';
const ARN = 'arn:aws:ecr:eu-central-1:111122223333:repository/';

/** What functions of a deployment meet besides ECR: CloudFormation, which asks and takes the answer. */
export class SimulatedDeployment extends SimulatedAws {
  /** The answers that CloudFormation got. */
  public readonly answers: any[] = [];
  /** The statuses of stacks by their ids. */
  public readonly stacks: { [id: string]: string } = { [STACK]: 'CREATE_IN_PROGRESS' };
  /** What a stack has, by logical ids: without an id here there is none. */
  public readonly resources: { [logicalId: string]: { readonly id: string; readonly status: string } | undefined } = {};
  /** What ECR finds wrong with the credential of a rule. */
  public invalid?: { readonly isValid: boolean; readonly failure?: string };

  /** The prefixes of rules and of templates. */
  public rules: string[] = [];
  public templates: string[] = ['echo'];
  /** What each template has. */
  public template: { lifecyclePolicy?: string; repositoryPolicy?: string; resourceTags?: { Key: string; Value: string }[] } = {};
  /** When rules and repositories were made that are not of this year's March and May. */
  public readonly made = new Map<string, string>();
  /** What was set of the repositories that have something. */
  public readonly settings = new Map<string, SimulatedSettings>();
  /** The payloads by which a function invoked itself. */
  public readonly invocations: any[] = [];

  private readonly settingsCalls: { [action: string]: ((settings: SimulatedSettings, input: any, name: string) => [number, object]) | undefined } = {
    GetLifecyclePolicy: ({ lifecycle }) =>
      lifecycle === undefined ? error('LifecyclePolicyNotFoundException', 'none') : [200, { lifecyclePolicyText: lifecycle }],
    GetRepositoryPolicy: ({ policy }) => policy === undefined ? error('RepositoryPolicyNotFoundException', 'none') : [200, { policyText: policy }],
    ListTagsForResource: ({ tags }) => [200, { tags }],
    PutLifecyclePolicy: (settings, input) => { settings.lifecycle = input.lifecyclePolicyText; return [200, {}]; },
    SetRepositoryPolicy: (settings, input) => { settings.policy = input.policyText; return [200, {}]; },
    TagResource: (settings, input) => {
      settings.tags = [...settings.tags.filter(({ Key }) => !input.tags.some((tag: any) => tag.Key === Key)), ...input.tags];
      return [200, {}];
    },
    DeleteRepository: (_, input, name) => {
      if (!input.force && this.repositories.get(name)!.length > 0) {
        return error('RepositoryNotEmptyException', name);
      }
      this.repositories.delete(name);
      return [200, {}];
    },
  };

  /** Adds repositories without images and settings. */
  public addRepositories(...names: string[]): void {
    names.forEach(name => this.repositories.set(name, []));
  }

  public request(RequestType: DeploymentRequest['RequestType'], ResourceProperties: object, more: Partial<DeploymentRequest> = {}): DeploymentRequest {
    return {
      RequestType,
      ResponseURL: `${process.env.AWS_ENDPOINT_URL}/answer?Signature=secret`,
      StackId: STACK,
      RequestId: 'request',
      LogicalResourceId: 'Resource',
      ...RequestType === 'Create' ? {} : { PhysicalResourceId: 'physical' },
      ResourceProperties: ResourceProperties as DeploymentRequest['ResourceProperties'],
      ...more,
    };
  }

  /** CloudFormation gives its errors as XML. */
  public respond(call: Call): [number, object | string] | undefined {
    const response = super.respond(call);
    const { __type: type, message } = Object(response?.[1]) as { __type?: string; message?: string };
    return ['DescribeStacks', 'ListStackResources'].includes(call.action) && response && type !== undefined
      ? [response[0], `<ErrorResponse><Error><Type>Sender</Type><Code>${type}</Code><Message>${message}</Message></Error></ErrorResponse>`]
      : response;
  }

  protected read(request: IncomingMessage, body: string): Call {
    if (request.method === 'PUT') {
      return { action: 'Answer', input: { contentType: request.headers['content-type'], ...JSON.parse(body) } };
    }
    const invoked = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url!);
    if (invoked) {
      return { action: 'Invoke', input: { name: decodeURIComponent(invoked[1]), type: request.headers['x-amz-invocation-type'], payload: JSON.parse(body) } };
    }
    if (request.method !== 'GET' && !request.headers['x-amz-target']) {
      const form = Object.fromEntries(new URLSearchParams(body));
      return { action: form.Action, input: form };
    }
    return super.read(request, body);
  }

  protected answer(call: Call): [number, object | string] {
    switch (call.action) {
      case 'Answer': this.answers.push(call.input); return [200, ''];
      case 'DescribeStacks': return this.describeStacks(call.input.StackName);
      case 'ListStackResources': return this.listStackResources(call.input);
      case 'ValidatePullThroughCacheRule': return [200, { ecrRepositoryPrefix: call.input.ecrRepositoryPrefix, isValid: true, ...this.invalid }];
      case 'Invoke': this.invocations.push(call.input.payload); return [202, ''];
      default: return this.answerForRepositories(call) ?? super.answer(call);
    }
  }

  private answerForRepositories({ action, input }: Call): [number, object] | undefined {
    if (action === 'DescribePullThroughCacheRules') {
      const { items, nextToken } = this.paged(this.rules, input);
      const rules = items.map(prefix => ({ ecrRepositoryPrefix: prefix, createdAt: this.madeAt(prefix, RULE_MADE) }));
      return [200, { pullThroughCacheRules: rules, nextToken }];
    }
    if (action === 'DescribeRepositoryCreationTemplates') {
      const { items, nextToken } = this.paged(this.templates, input);
      return [200, { repositoryCreationTemplates: items.map(prefix => ({ prefix, ...this.template })), nextToken }];
    }
    if (action === 'DescribeRepositories') {
      const { items, nextToken } = this.paged([...this.repositories.keys()], input);
      return [200, {
        repositories: items.map(name => ({ repositoryName: name, repositoryArn: `${ARN}${name}`, createdAt: this.madeAt(name, REPOSITORY_MADE) })),
        nextToken,
      }];
    }
    const name: string = input.repositoryName ?? String(input.resourceArn).slice(ARN.length);
    const works = this.settingsCalls[action];
    if (!works) {
      return undefined;
    }
    if (!this.repositories.has(name)) {
      return error('RepositoryNotFoundException', `The repository with name '${name}' does not exist`);
    }
    const settings = this.settings.get(name) ?? { tags: [] };
    this.settings.set(name, settings);
    return works(settings, input, name);
  }

  private madeAt(name: string, otherwise: string): number {
    return new Date(this.made.get(name) ?? otherwise).getTime() / 1000;
  }

  /** Pages of one resource, so that who reads the first one only misses the others. */
  private listStackResources({ NextToken: token = '0' }: any): [number, string] {
    const all = Object.entries(this.resources).flatMap(([logicalId, resource]) => resource ? [{ logicalId, ...resource }] : []);
    const listed = all.slice(Number(token), Number(token) + 1).map(({ logicalId, id, status }) =>
      `<member><LogicalResourceId>${logicalId}</LogicalResourceId><PhysicalResourceId>${id}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus></member>`);
    const next = Number(token) + 1 < all.length ? `<NextToken>${Number(token) + 1}</NextToken>` : '';
    return [200, `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>${listed.join('')}</StackResourceSummaries>${next}`
      + '</ListStackResourcesResult></ListStackResourcesResponse>'];
  }

  private describeStacks(name: string): [number, string] {
    const stack = name in this.stacks
      ? `<member><StackId>${name}</StackId><StackName>Cache</StackName><CreationTime>2026-03-02T12:00:00Z</CreationTime><StackStatus>${this.stacks[name]}</StackStatus></member>`
      : '';
    return [200, `<DescribeStacksResponse><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`];
  }
}

/** An image of one layer. */
export function image(digest: string, tag?: string): SimulatedImage {
  return { digest, tags: tag ? [tag] : [], bytes: 10, pushedAt: new Date('2026-01-01T00:00:00Z'), layers: [`${digest}-config`, `${digest}-layer`] };
}
