import type { IncomingMessage } from 'http';
import type { DeploymentRequest } from '../../src/operations/deployment-request';
import { SimulatedAws } from '../monitoring/simulated-aws';
import type { Call, SimulatedImage } from '../monitoring/simulated-aws';

export const STACK = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/Cache/1';
export const CONTEXT = { getRemainingTimeInMillis: () => 600_000, invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:f' };

/** What functions of a deployment meet besides ECR: CloudFormation, which asks and takes the answer. */
export class SimulatedDeployment extends SimulatedAws {
  /** The answers that CloudFormation got. */
  public readonly answers: any[] = [];
  /** The statuses of stacks by their ids. */
  public readonly stacks: { [id: string]: string } = { [STACK]: 'CREATE_IN_PROGRESS' };
  /** What ECR finds wrong with the credential of a rule. */
  public invalid?: { readonly isValid: boolean; readonly failure?: string };

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

  protected read(request: IncomingMessage, body: string): Call {
    if (request.method === 'PUT') {
      return { action: 'Answer', input: { contentType: request.headers['content-type'], ...JSON.parse(body) } };
    }
    if (!request.headers['x-amz-target']) {
      const form = Object.fromEntries(new URLSearchParams(body));
      return { action: form.Action, input: form };
    }
    return super.read(request, body);
  }

  protected answer(call: Call): [number, object | string] {
    switch (call.action) {
      case 'Answer': this.answers.push(call.input); return [200, ''];
      case 'DescribeStacks': return this.describeStacks(call.input.StackName);
      case 'ValidatePullThroughCacheRule': return [200, { ecrRepositoryPrefix: call.input.ecrRepositoryPrefix, isValid: true, ...this.invalid }];
      default: return super.answer(call);
    }
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
