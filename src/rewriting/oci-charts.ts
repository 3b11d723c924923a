import { Token } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { Pulled } from './allowed';
import { changeAt, valueAt, withImages } from './image-properties';
import type { Judged, Written } from './judged';
import { excerpt, warn, WarningId } from '../private/errors';
import { orderPull } from '../pulling/pull-order';
import { CacheAddress } from '../rule/cache-address';

/** The resource of `eks.HelmChart`, in both modules of aws-cdk. */
const TYPE = 'Custom::AWSCDK-EKS-HelmChart';
const PLACE = { resourceType: TYPE, imagePath: 'Repository', holderSteps: [], key: 'Repository' };
const SCHEME = 'oci://';
const EXACT = /^v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

/** What is needed of the Aspect. */
interface Rewriter {
  judge(node: IConstruct, property: string, before: string, written: Written): Judged | undefined;
  serves(node: IConstruct, name: string): boolean;
  grant(node: IConstruct, images: readonly Pulled[], role: iam.IGrantable | undefined): void;
}

/** What a provider of kubectl says of itself, in the one module of aws-cdk or the other. */
interface KubectlProvider extends IConstruct {
  readonly serviceToken?: unknown;
  readonly handlerRole?: iam.IRole;
  readonly role?: iam.IRole;
}

/** Charts of Helm that are in registries themselves, and pulled by the function behind `eks.HelmChart`. */
export class OciCharts {
  private readonly roles = new Map<unknown, iam.IGrantable | undefined>();

  constructor(private readonly rewriter: Rewriter) {}

  /** Rewrites where a chart is pulled from, when its version is exact: a cache lists no tags of its upstream. */
  public visit(resource: CfnResource): void {
    const repository = resource.cfnResourceType === TYPE ? valueAt(resource, ['Repository'], []) : undefined;
    if (typeof repository !== 'string' || !repository.startsWith(SCHEME)) { return; }
    const version = valueAt(resource, ['Version'], []);
    const exact = Token.isUnresolved(version) || typeof version === 'string' && EXACT.test(version);
    const name = repository.slice(SCHEME.length);
    // a tag has no plus sign, for which Helm writes this one
    const tagged = typeof version === 'string' && exact && !Token.isUnresolved(version) ? `${name}:${version.replace('+', '_')}` : name;
    const judged = this.rewriter.judge(resource, 'Repository', tagged, {
      kept: !exact,
      written: ({ image, rule }) => `${SCHEME}${CacheAddress.fromRule(rule).registryHost}/${image.repositoryName}`,
    });
    if (!judged) {
      if (!exact && this.rewriter.serves(resource, name)) { warnOfVersion(resource, repository, version); }
      return;
    }
    const role = this.roleOf(resource);
    this.rewriter.grant(resource, [judged.cached], role);
    orderPull(resource, judged.cached.rule, role);
    const { after } = judged;
    if (after !== undefined) {
      changeAt(resource, PLACE, holder => withImages(holder, PLACE, written => written === repository ? after : undefined));
    }
  }

  /** The role of the function that pulls, wherever it is made or imported. */
  private roleOf(resource: CfnResource): iam.IGrantable | undefined {
    const token = valueAt(resource, ['ServiceToken'], []);
    if (token === undefined) { return undefined; }
    if (!this.roles.has(token)) {
      const providers = resource.node.root.node.findAll() as KubectlProvider[];
      const provider = providers.find(one => one.serviceToken === token && (one.handlerRole ?? one.role) !== undefined);
      this.roles.set(token, provider?.handlerRole ?? provider?.role);
    }
    return this.roles.get(token);
  }
}

/** A version that has to be looked for. */
function warnOfVersion(resource: CfnResource, repository: string, version: unknown): void {
  warn(resource, WarningId.CHART_TAGS_LISTED,
    `the chart ${excerpt(repository)} ${version === undefined ? 'has no version' : `has the version ${excerpt(String(version))}`}, for which Helm `
    + 'lists tags: a cache lists those only that were pulled, so the chart is not pulled through it. Write the exact version, or acknowledge this warning.');
}
