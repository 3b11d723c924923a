import type { Deployment, World } from './assembly';
import { isAllowed } from '../simulator';
import type { Caller, Policy, World as Simulated } from '../simulator';

/** What a rule finds wrong, one line each. Rules know templates and nothing of the app. */
export type Rule = (world: World) => string[] | Promise<string[]>;

/** Each `Ref`, `Fn::GetAtt`, `Fn::Sub`, `Fn::ImportValue`, `DependsOn` and `Condition` names something that is there. */
export const referencesHaveTargets: Rule = world => world.deployments.flatMap(deployment => {
  const { Resources = {}, Parameters = {}, Conditions = {}, Outputs = {} } = deployment.template;
  const isThere = (id: string) => id in Resources || id in Parameters || id.startsWith('AWS::');
  const problem = (where: string, what: string) => `${deployment.name} ${where}: ${what} is not there`;
  const attribute = (where: string, [id, name]: string[]) => {
    const nested = deployment.nested.get(id);
    const isMissing = !(id in Resources) || nested && name.startsWith('Outputs.') && !(name.slice('Outputs.'.length) in (nested.template.Outputs ?? {}));
    return isMissing ? [problem(where, `Fn::GetAtt ${id}.${name}`)] : [];
  };
  const walk = (where: string, value: unknown): string[] => {
    if (typeof value !== 'object' || value === null) { return []; }
    if (Array.isArray(value)) { return value.flatMap(one => walk(where, one)); }
    const found = Object.entries(value).flatMap(([key, inner]: [string, any]) => {
      switch (key) {
        case 'Ref': return typeof inner === 'string' && !isThere(inner) ? [problem(where, `Ref ${inner}`)] : [];
        case 'Fn::GetAtt': return attribute(where, typeof inner === 'string' ? inner.split(/\.(.*)/s, 2) : inner as string[]);
        case 'Fn::ImportValue': {
          const name = String(deployment.fill(inner));
          return world.exporterOf(deployment, name) ? [] : [problem(where, `Fn::ImportValue ${name}`)];
        }
        case 'Fn::Sub': return substituted(inner as string | [string, object]).filter(id => !isThere(id.split('.')[0])).map(id => problem(where, `Fn::Sub ${id}`));
        default: return [];
      }
    });
    return [...found, ...Object.values(value).flatMap(inner => walk(where, inner))];
  };
  return [
    ...deployment.resources.flatMap(([id, resource]) => [
      ...walk(id, resource.Properties),
      ...[resource.DependsOn ?? []].flat().filter(other => !(other in Resources)).map(other => problem(id, `DependsOn ${other}`)),
      ...resource.Condition !== undefined && !(resource.Condition in Conditions) ? [problem(id, `Condition ${resource.Condition}`)] : [],
    ]),
    ...Object.entries(Outputs).flatMap(([id, output]) => walk(id, output)),
    ...[...deployment.nested].flatMap(([id, { template }]) => Object.entries(template.Parameters ?? {})
      .filter(([name, { Default: fallback }]) => fallback === undefined && !(name in (Resources[id].Properties?.Parameters ?? {})))
      .map(([name]) => problem(id, `a value for the parameter ${name}`))),
  ];
});

function substituted(argument: string | [string, object]): string[] {
  const [text, variables] = typeof argument === 'string' ? [argument, {}] : argument;
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => name).filter(name => !(name in variables));
}

/** IAM User Guide, "IAM and AWS STS quotas"; CloudFormation reference of `AWS::ECR::RegistryPolicy` and of the template's `RepositoryPolicy`. */
const MOST_INLINE: Record<string, number> = { Roles: 10_240, Groups: 5_120, Users: 2_048 };
const MOST_MANAGED = 6_144;
const MOST_OF_ECR = 10_240;
const KINDS: Record<string, string> = { 'AWS::IAM::Role': 'Roles', 'AWS::IAM::Group': 'Groups', 'AWS::IAM::User': 'Users' };

/** No policy is longer than AWS takes: inline ones of a principal together, managed ones and those of ECR each. */
export const policiesFit: Rule = world => {
  const inline = new Map<string, number>();
  const count = (key: string, policy: unknown) => inline.set(key, (inline.get(key) ?? 0) + lengthOf(policy));
  const single: [string, number, number][] = [];
  for (const deployment of world.deployments) {
    for (const { properties } of deployment.ofType('AWS::IAM::Policy')) {
      Object.keys(MOST_INLINE).forEach(kind => (properties[kind] as string[] | undefined ?? []).forEach(name =>
        count(`${kind} ${deployment.account} ${name}`, properties.PolicyDocument)));
    }
    for (const [type, kind] of Object.entries(KINDS)) {
      for (const { id, properties } of deployment.ofType(type)) {
        (properties.Policies as { PolicyDocument: unknown }[] | undefined ?? []).forEach(one => count(`${kind} ${deployment.account} ${nameOf(deployment, id)}`, one.PolicyDocument));
      }
    }
    deployment.ofType('AWS::IAM::ManagedPolicy').forEach(({ id, properties }) => single.push([`${deployment.name} ${id}`, lengthOf(properties.PolicyDocument), MOST_MANAGED]));
    deployment.ofType('AWS::ECR::RegistryPolicy').forEach(({ id, properties }) => single.push([`${deployment.name} ${id}`, lengthOf(properties.PolicyText), MOST_OF_ECR]));
    deployment.ofType('AWS::ECR::RepositoryCreationTemplate').forEach(({ id, properties }) =>
      single.push([`${deployment.name} ${id}`, String(properties.RepositoryPolicy ?? '').length, MOST_OF_ECR]));
  }
  const all = [...single, ...[...inline].map(([key, length]) => [key, length, MOST_INLINE[key.split(' ')[0]]] as const)];
  return all.filter(([, length, most]) => length > most).map(([where, length, most]) => `${where}: a policy of ${length} characters, at most ${most} fit`);
};

function lengthOf(policy: unknown): number {
  return JSON.stringify(policy).replace(/\s/g, '').length;
}

function nameOf(deployment: Deployment, id: string): string {
  return deployment.fill({ Ref: id }) as string;
}

/** Something that pulls an image with a role. */
interface Pull {
  readonly deployment: Deployment;
  readonly id: string;
  readonly image: string;
  readonly role: string | undefined;
}

function pullsOf(world: World): Pull[] {
  return world.deployments.flatMap(deployment => {
    const pulls = (id: string, role: unknown, ...images: unknown[]): Pull[] => images.filter(image => typeof image === 'string')
      .map(image => ({ deployment, id, image, role: role as string | undefined }));
    const containers = (id: string, holder: any, list: any[] = []): Pull[] =>
      pulls(id, holder.ExecutionRoleArn, ...list.map(one => one.Image as unknown));
    return [
      ...deployment.ofType('AWS::ECS::TaskDefinition').flatMap(({ id, properties }) => containers(id, properties, properties.ContainerDefinitions as any[])),
      ...deployment.ofType('AWS::Batch::JobDefinition').flatMap(({ id, properties: { ContainerProperties: own, EcsProperties: ecs } }) => [
        ...own ? containers(id, own, [own]) : [],
        ...(ecs?.TaskProperties as any[] ?? []).flatMap(task => containers(id, task, task.Containers as any[])),
      ]),
      ...deployment.ofType('AWS::CodeBuild::Project').flatMap(({ id, properties }) => pulls(id, properties.ServiceRole, properties.Environment?.Image)),
    ];
  });
}

const REGISTRY = /^([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^@]+?)(?::[^:/]*)?(?:@.*)?$/;

/** Where an image of a private registry is, unless it is one that the app itself makes: an asset, or one of a repository of its own. */
function cachedImage(world: World, image: string): { readonly account: string; readonly region: string; readonly name: string } | undefined {
  const [, account, region, name] = REGISTRY.exec(image) ?? [];
  const own = world.deployments.some(one => one.account === account && one.region === region
    && one.ofType('AWS::ECR::Repository').some(({ id, properties }) => (properties.RepositoryName ?? one.fill({ Ref: id })) === name));
  return name === undefined || own || name.startsWith('cdk-') ? undefined : { account, region, name };
}

/** The role behind an ARN as a caller, with the policies that any template gives it. */
function callerOf(world: World, arn: string): Caller {
  const [, , , , account, path] = arn.split(':');
  const name = path.split('/').pop()!;
  const inPlace = world.deployments.filter(one => one.account === account);
  const attached = inPlace.flatMap(one => one.ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'))
    .filter(({ properties }) => (properties.Roles as string[] | undefined)?.includes(name))
    .map(({ properties }) => properties.PolicyDocument as Policy);
  const inline = inPlace.flatMap(one => one.ofType('AWS::IAM::Role').filter(({ id }) => nameOf(one, id) === name)
    .flatMap(({ properties }) => properties.Policies as { PolicyDocument: Policy }[] | undefined ?? []).map(({ PolicyDocument }) => PolicyDocument));
  return { arn: `arn:aws:sts::${account}:assumed-role/${name}/session`, policies: [...attached, ...inline], context: { 'aws:PrincipalArn': arn } };
}

function templatesFor(world: World, account: string, region: string, name: string): Record<string, any>[] {
  return world.deployments.filter(one => one.account === account && one.region === region)
    .flatMap(one => one.ofType('AWS::ECR::RepositoryCreationTemplate')).map(({ properties }) => properties)
    .filter(({ Prefix: prefix }) => prefix === 'ROOT' || name.startsWith(`${prefix}/`))
    .sort((one, other) => String(other.Prefix).length - String(one.Prefix).length);
}

/** Every image of a cache may be pulled by the role that pulls it, for the first time too. */
export const imagesCanBePulled: Rule = async world => {
  const problems = await Promise.all(pullsOf(world).map(async ({ deployment, id, image, role }) => {
    const cached = cachedImage(world, image);
    if (!cached) { return []; }
    const where = `${deployment.name} ${id} ${image}`;
    if (role === undefined) { return [`${where}: no role pulls it`]; }
    const { account, region, name } = cached;
    const resource = `arn:aws:ecr:${region}:${account}:repository/${name}`;
    const [template] = templatesFor(world, account, region, name);
    const policies = [
      ...world.deployments.filter(one => one.account === account && one.region === region).flatMap(one => one.ofType('AWS::ECR::RegistryPolicy'))
        .map(({ properties }) => properties.PolicyText as Policy),
      ...template?.RepositoryPolicy ? [JSON.parse(template.RepositoryPolicy as string) as Policy] : [],
    ].map(policy => ({ ...policy, Statement: policy.Statement.filter(one => one.Resource === undefined || covers(one.Resource, resource)) }));
    const simulated: Simulated = { callers: { puller: callerOf(world, role) }, resourcePolicies: policies.map(policy => ({ resource: /^arn:aws:ecr:/, policy })) };
    const actions = ['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer', 'BatchImportUpstreamImage', 'CreateRepository', ...template?.ResourceTags ? ['TagResource'] : []];
    const rows = [['ecr:GetAuthorizationToken', '*'], ...actions.map(action => [`ecr:${action}`, resource])];
    const verdicts = await Promise.all(rows.map(([action, of]) => isAllowed(simulated, { who: 'puller', action, resource: of })));
    return rows.filter((_, index) => !verdicts[index]).map(([action]) => `${where}: ${role} is not allowed ${action}`);
  }));
  return problems.flat();
};

function covers(patterns: string | string[], arn: string): boolean {
  return [patterns].flat().some(pattern => new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`).test(arn));
}

/** Whoever may run a task may pass its roles to it. */
export const rolesCanBePassed: Rule = async world => {
  const tasks = world.deployments.flatMap(deployment => deployment.ofType('AWS::ECS::TaskDefinition').map(({ id, properties }) => ({
    deployment,
    arn: deployment.fill({ Ref: id }) as string,
    roles: [properties.ExecutionRoleArn, properties.TaskRoleArn].filter(role => role !== undefined) as string[],
  })));
  const runners = world.deployments.flatMap(deployment => deployment.ofType('AWS::IAM::Role').map(({ id }) => deployment.arnOfRole(id)));
  const problems = await Promise.all(runners.map(async runner => {
    const caller = callerOf(world, runner);
    if (!JSON.stringify(caller.policies).includes('ecs:RunTask')) { return []; }
    const may = (action: string, resource: string, context: Caller['context']) =>
      isAllowed({ callers: { runner: { ...caller, context: { ...caller.context, ...context } } } }, { who: 'runner', action, resource });
    const found = await Promise.all(tasks.filter(({ arn }) => arn.split(':')[4] === runner.split(':')[4]).map(async ({ arn, roles, deployment }) => {
      const clusters = deployment.ofType('AWS::ECS::Cluster').map(({ id }) => deployment.fill({ 'Fn::GetAtt': [id, 'Arn'] }) as string);
      const runs = await Promise.all([undefined, ...clusters].map(cluster => may('ecs:RunTask', arn, cluster === undefined ? {} : { 'ecs:cluster': cluster })));
      if (!runs.includes(true)) { return []; }
      const passes = await Promise.all(roles.map(role => may('iam:PassRole', role, { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' })));
      return roles.filter((_, index) => !passes[index]).map(role => `${runner} may run ${arn} and not pass ${role}`);
    }));
    return found.flat();
  }));
  return problems.flat();
};

/** No image is pulled from another Region without a warning. */
export const regionsAreWarnedOf: Rule = world => pullsOf(world).flatMap(({ deployment, id, image }) => {
  const [, , region] = REGISTRY.exec(image) ?? [];
  const isWarned = deployment.warnings.some(text => text.includes('cdk-ecr-pull-through-cache:cacheInOtherRegion'));
  return region === undefined || region === deployment.region || isWarned ? [] : [`${deployment.name} ${id}: ${image} is not of the Region ${deployment.region}`];
});

/** What others may be allowed: pulling and importing; by the policy of a registry creating repositories and replicating too. */
const FOR_OTHERS = {
  repository: ['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer', 'BatchImportUpstreamImage', 'GetImageCopyStatus'],
  registry: ['CreateRepository', 'ReplicateImage'],
};
/** Keys that say whose principal it is. `aws:PrincipalArn` may begin with a `*`. */
const NARROWING = /^(aws:PrincipalOrgID|aws:PrincipalOrgPaths|aws:PrincipalAccount|aws:SourceAccount)$/i;

/** No policy of ECR, also the one that a template has as text, lets everybody in or others write: what judges of templates don't read. */
export const ecrPoliciesAreClosed: Rule = world => world.deployments.flatMap(deployment => {
  const policies: [id: string, policy: unknown, kind: keyof typeof FOR_OTHERS][] = [
    ...deployment.ofType('AWS::ECR::RepositoryCreationTemplate').map(({ id, properties }) => [id, properties.RepositoryPolicy, 'repository'] as [string, unknown, 'repository']),
    ...deployment.ofType('AWS::ECR::Repository').map(({ id, properties }) => [id, properties.RepositoryPolicyText, 'repository'] as [string, unknown, 'repository']),
    ...deployment.ofType('AWS::ECR::RegistryPolicy').map(({ id, properties }) => [id, properties.PolicyText, 'registry'] as [string, unknown, 'registry']),
  ];
  return policies.filter(([, policy]) => policy !== undefined).flatMap(([id, policy, kind]) => {
    const { Statement } = (typeof policy === 'string' ? JSON.parse(policy) : policy) as { Statement: object | object[] };
    return [Statement].flat().flatMap(statement => openings(statement, kind, deployment.account)).map(problem => `${deployment.name} ${id}: ${problem}`);
  });
});

function openings(statement: Record<string, any>, kind: keyof typeof FOR_OTHERS, account: string): string[] {
  const named = [statement.Principal?.AWS ?? []].flat() as string[];
  const isOwn = named.length > 0 && named.every(principal => principal.split(':')[4] === account);
  if (statement.Effect !== 'Allow' || isOwn) { return []; }
  const actions = [statement.Action ?? '*'].flat().map(action => String(action).replace(/^ecr:/i, ''));
  const allowed = [...FOR_OTHERS.repository, ...kind === 'registry' ? FOR_OTHERS.registry : []];
  const isEverybody = statement.NotPrincipal !== undefined || [statement.Principal, statement.Principal?.AWS].flat().includes('*');
  const isNarrowed = Object.entries(statement.Condition ?? {}).some(([operator, keys]) => /^(ForAnyValue:)?(String|Arn)(Equals|Like)$/.test(operator)
    && Object.entries(keys as object).some(([key, values]) => NARROWING.test(key) && ![values].flat().includes('*')));
  return [
    ...actions.filter(action => !allowed.includes(action)).map(action => `others are allowed ecr:${action}`),
    ...isEverybody && !isNarrowed ? ['everybody is let in, of whatever account'] : [],
  ];
}

const RULES: Record<string, Rule> = {
  referencesHaveTargets, policiesFit, imagesCanBePulled, rolesCanBePassed, regionsAreWarnedOf, ecrPoliciesAreClosed,
};

export async function problemsOf(world: World): Promise<string[]> {
  const found = await Promise.all(Object.values(RULES).map(rule => rule(world)));
  return found.flat();
}
