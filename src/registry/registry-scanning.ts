import { Lazy, Resource } from 'aws-cdk-lib';
import { CfnRegistryScanningConfiguration } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import { checkScanFilter, scanFilterOf } from './repository-filters';
import { refuse } from '../private/accepted';
import { accessList, accessTexts, checkProps } from '../private/access';
import { CheckId, InvalidInputError, problemAt, warn, WarningId } from '../private/errors';
import { checkMember } from '../private/given';
import { checkNotSynthesized, claimRegistry } from '../private/tree';
import { checkOwnRegistry } from '../rule/cache-address';

/** CloudFormation reference of `AWS::ECR::RegistryScanningConfiguration`. */
const MOST_FILTERS = 100;

/** Which scanner looks for vulnerabilities. */
export enum RegistryScanType {
  /** ECR's own: packages of the operating system, when an image comes, once in 24 hours for each image. */
  BASIC = 'BASIC',
  /**
   * Amazon Inspector: packages of programming languages too, continuously if configured.
   *
   * It charges for each image, and for each time that it is scanned again.
   */
  ENHANCED = 'ENHANCED',
}

/** How often images are scanned; what CloudFormation takes. */
enum ScanFrequency {
  ON_PUSH = 'SCAN_ON_PUSH',
  CONTINUOUS = 'CONTINUOUS_SCAN',
}

/** Properties of a `RegistryScanning`. */
export interface RegistryScanningProps {
  /**
   * Which scanner is used, for the whole registry.
   *
   * @default RegistryScanType.BASIC
   */
  readonly scanType?: RegistryScanType;
}

/**
 * How an account's registry is scanned in a Region: `AWS::ECR::RegistryScanningConfiguration`. There is one, so make one construct and let all
 * caches add to it; a second for the same account and Region is refused.
 *
 * **It is about every repository of the registry**, and replaces what was configured before. Repositories that no filter matches are scanned on
 * request only with basic scanning, and not at all with enhanced scanning: add the filters of your own repositories beside those of the caches.
 *
 * Amazon ECR User Guide, "Scan images for software vulnerabilities in Amazon ECR" and "Filters to choose which repositories are scanned in Amazon
 * ECR". Events of findings: `CacheFindings`.
 *
 * @example
 * import { PullThroughCache, RegistryScanning, RegistryScanType } from 'cdk-ecr-pull-through-cache';
 *
 * declare const echo: PullThroughCache;
 * declare const dockerHub: PullThroughCache;
 *
 * const scanning = new RegistryScanning(this, 'Scanning', { scanType: RegistryScanType.ENHANCED });
 * scanning.scanContinuously(echo);
 * scanning.scanOnPush(dockerHub);
 * scanning.scanContinuouslyMatching('services/*');
 */
export class RegistryScanning extends Resource {
  /** Which scanner is used. */
  public readonly scanType: RegistryScanType;

  private readonly filters: { [frequency in ScanFrequency]: Set<string> } = {
    [ScanFrequency.ON_PUSH]: new Set(),
    [ScanFrequency.CONTINUOUS]: new Set(),
  };

  constructor(scope: Construct, id: string, given: RegistryScanningProps = {}) {
    super(scope, id);
    const props = given ?? {};
    checkProps(this, RegistryScanning, 'a registry scanning configuration', props, ['scanType']);
    checkMember('scanType', props.scanType, RegistryScanType, 'RegistryScanType', this);
    this.scanType = props.scanType ?? RegistryScanType.BASIC;
    claimRegistry(this, {
      name: 'registry scanning configuration',
      resourceType: CfnRegistryScanningConfiguration.CFN_RESOURCE_TYPE_NAME,
      fix: 'keep one RegistryScanning and let all caches add to it',
    });
    this.node.addValidation({ validate: () => this.withoutFilters() });
    new CfnRegistryScanningConfiguration(this, 'Resource', {
      scanType: this.scanType,
      rules: Lazy.any({ produce: () => this.rules() }),
    });
  }

  /**
   * Scans images of caches when they come in: when they are imported, or when an import moves a tag.
   *
   * @param caches the caches, or any rules of this account and Region
   * @throws for no cache, as a list that a filter has left empty, a cache of another account or Region, a prefix that a filter can't express, more
   * than 100 filters
   */
  public scanOnPush(...caches: IPullThroughCacheRuleRef[]): void {
    this.add(ScanFrequency.ON_PUSH, this.filtersOf(caches));
  }

  /**
   * Scans images of caches when they come in, and again when a vulnerability becomes known. For enhanced scanning only.
   *
   * @param caches the caches, or any rules of this account and Region
   * @throws with basic scanning, and as `scanOnPush`
   */
  public scanContinuously(...caches: IPullThroughCacheRuleRef[]): void {
    this.add(ScanFrequency.CONTINUOUS, this.filtersOf(caches));
  }

  /**
   * Scans images of other repositories when they come in. Without `*` a filter matches all names that contain it.
   *
   * @param filters names in which `*` stands for any characters: `services/*`, or `*` for all
   * @throws for no filter, as a list that another filter has left empty, what is no filter, more than 100 filters
   */
  public scanOnPushMatching(...filters: string[]): void {
    this.add(ScanFrequency.ON_PUSH, this.checked(filters));
  }

  /**
   * Scans images of other repositories when they come in, and again when a vulnerability becomes known. For enhanced scanning only.
   *
   * @param filters names as for `scanOnPushMatching`
   * @throws with basic scanning, and as `scanOnPushMatching`
   */
  public scanContinuouslyMatching(...filters: string[]): void {
    this.add(ScanFrequency.CONTINUOUS, this.checked(filters));
  }

  private filtersOf(given: IPullThroughCacheRuleRef[]): string[] {
    const caches = accessList('caches', given, 'name the caches that are scanned, or leave the call out', this);
    caches.forEach(cache => checkOwnRegistry(cache, this, 'RegistryScanning'));
    return caches.map(scanFilterOf);
  }

  private checked(given: string[]): string[] {
    const filters = accessTexts('scan filters', given, "write '*' for all repositories, or leave the call out", this);
    filters.forEach(filter => checkScanFilter(filter, this));
    return filters;
  }

  private add(frequency: ScanFrequency, filters: string[]): void {
    checkNotSynthesized(this, 'scanOnPush() or scanContinuously()');
    if (frequency === ScanFrequency.CONTINUOUS && this.scanType === RegistryScanType.BASIC) {
      throw new InvalidInputError({
        got: 'continuous scanning with the scan type BASIC',
        expected: 'scanning on push, the only one that basic scanning has',
        fix: 'call scanOnPush(), or set scanType to RegistryScanType.ENHANCED',
      }, this);
    }
    filters.forEach(filter => this.filters[frequency].add(filter));
    const { size } = this.filters[frequency];
    if (size > MOST_FILTERS) {
      refuse(this, CheckId.SCAN_FILTERS, {
        got: `${size} filters with the frequency ${frequency}`,
        expected: `at most ${MOST_FILTERS}`,
        fix: "let one filter match several repositories, such as 'team/*' or '*'",
      });
    }
  }

  private rules(): CfnRegistryScanningConfiguration.ScanningRuleProperty[] {
    return Object.values(ScanFrequency).filter(frequency => this.filters[frequency].size > 0).map(frequency => ({
      scanFrequency: frequency,
      repositoryFilters: [...this.filters[frequency]].map(filter => ({ filter, filterType: 'WILDCARD' })),
    }));
  }

  private withoutFilters(): string[] {
    if (this.rules().length > 0) {
      return [];
    }
    if (this.scanType === RegistryScanType.BASIC) {
      warn(this, WarningId.NOTHING_SCANNED, 'no filter is given, so that no image of this registry is scanned when it comes, whatever was configured before. '
        + "Call scanOnPush() for the caches, or scanOnPushMatching('*') for the whole registry, or acknowledge this warning to scan on request only.");
      return [];
    }
    // without rules ECR scans every image of the registry continuously, which Inspector charges for
    return [problemAt(this, {
      got: 'enhanced scanning without a filter',
      expected: 'at least one, since the charge depends on what is scanned',
      fix: "call scanOnPush() or scanContinuously() for the caches, or scanContinuouslyMatching('*') for the whole registry",
    })];
  }
}
