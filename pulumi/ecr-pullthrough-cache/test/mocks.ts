import * as pulumi from '@pulumi/pulumi';
// exported, but not in its types
const { getStore } = require('@pulumi/pulumi/runtime/state') as { getStore(): { supportsAliasSpecs: boolean } };

/** A resource as the component registers it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, any>;
  /** The URNs by which an earlier deployment may know it. */
  readonly aliases: string[];
  /** The names of the resources that it waits for, with their types. */
  readonly dependencies: string[];
}

const registered: Registered[] = [];

/** What AWS would tell. */
const told: { readonly [token: string]: object } = {
  'aws:index/getCallerIdentity:getCallerIdentity': { accountId: '111122223333' },
  'aws:index/getRegion:getRegion': { region: 'eu-central-1' },
  'aws:index/getPartition:getPartition': { partition: 'aws', dnsSuffix: 'amazonaws.com' },
};

/** Puts mocks in the place of Pulumi's engine and of AWS. */
export async function mockPulumi(): Promise<void> {
  await pulumi.runtime.setMocks({
    call: ({ token }) => told[token],
    newResource: ({ type, name, inputs }) => ({
      id: `${name}-id`,
      state: { ...inputs, name: inputs.name ?? `${name}-1234567`, arn: `arn:of:${type.split(':').pop()}:${name}` },
    }),
  }, 'project', 'stack', false);
  // so the SDK itself finds all URNs that the engine would try, its parents' aliases with it
  getStore().supportsAliasSpecs = false;

  const monitor: any = pulumi.runtime.getMonitor();
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: any, callback: unknown) => {
    registered.push({
      type: request.getType(),
      name: request.getName(),
      inputs: request.getObject()?.toJavaScript() ?? {},
      aliases: request.getAliasurnsList(),
      dependencies: request.getDependenciesList().map((urn: string) => urn.replace(/^.*[:$](aws:[^$]*)$/, '$1')),
    });
    return register(request, callback);
  };
}

/** Makes something, and tells what it registered when all of it is made. */
export async function registrations<T>(make: () => T): Promise<{ readonly made: T; readonly resources: Registered[] }> {
  registered.length = 0;
  const made = make();
  await pulumi.runtime.disconnect();
  return { made, resources: [...registered] };
}

export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise(resolve => output.apply(resolve));
}
