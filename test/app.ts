import { App, Stack } from 'aws-cdk-lib';
import type { Environment } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { UpstreamRegistry } from '../src/upstream/upstream-registry';

export const ENV = { account: '111122223333', region: 'eu-central-1' };

export const ECHO = UpstreamRegistry.echo({ account: '123456789012' });

/** A stack that says where it goes. */
export function newStack(app = new App(), id = 'Stack', env: Environment = ENV): Stack {
  return new Stack(app, id, { env });
}

/** A stack that goes wherever it is deployed to. */
export function agnosticStack(app = new App(), id = 'Stack'): Stack {
  return new Stack(app, id);
}

/** The warnings that users see, each as `path id: message`. */
export function warningsOf(stack: Stack): string[] {
  return Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ id, entry }) => {
    const [, message, warning] = /^(.*) \[ack: [Aa]nnotation::cdk-ecr-pull-through-cache:(.*)\]$/s.exec(String(entry.data))!;
    return `${id} ${warning}: ${message}`;
  });
}

/** The properties of the only resource of a type. */
export function propertiesOf(stack: Stack, type: string): Record<string, unknown> {
  const resources = Object.values(Template.fromStack(stack).findResources(type));
  expect(resources).toHaveLength(1);
  return resources[0].Properties;
}
