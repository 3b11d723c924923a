import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { References } from './referable';
import { accessorOf } from './tree';

/**
 * What waits for what in a tree, by references or by dependencies. Ask it after all Aspects ran: values are resolved for it. What it finds out it
 * keeps for one round, in which aws-cdk asks everything that wants to wait once.
 */
export class Waiting {
  public static in(scope: IConstruct): Waiting {
    return accessorOf(scope.node.root, 'Waiting', () => new Waiting());
  }

  private running = false;
  private asked = new Set<object>();
  private direct = new Map<CfnResource, CfnResource[]>();
  private reached = new Map<CfnResource, Set<CfnResource>>();
  private references = new Map<Stack, References>();
  private ofType = new Map<string, CfnResource[]>();

  /** Begins another round: something may wait for others than before. */
  public forget(): void {
    this.asked = new Set();
    this.direct = new Map();
    this.reached = new Map();
    this.references = new Map();
    this.ofType = new Map();
  }

  /** Notes who asks. Whoever asks again does so in another round. */
  public ask(asker: object): void {
    // dependencies that are asked while others are looked for belong to the round of those
    if (this.running) { return; }
    if (this.asked.has(asker)) { this.forget(); }
    this.asked.add(asker);
  }

  /** Whether a resource waits for another one of its stack, itself or through others. Dependencies that ask this themselves count as there. */
  public reaches(from: CfnResource, to: CfnResource): boolean {
    if (this.running) { return false; }
    this.running = true;
    try {
      return this.reachedFrom(from).has(to);
    } finally {
      this.running = false;
    }
  }

  /** The resources of a type in a stack and the stacks in it. */
  public resourcesIn(stack: Stack, resourceType: string): readonly CfnResource[] {
    const key = `${stack.node.addr} ${resourceType}`;
    const known = this.ofType.get(key) ?? stack.node.findAll().filter(isResource).filter(one => one.cfnResourceType === resourceType);
    this.ofType.set(key, known);
    return known;
  }

  private reachedFrom(from: CfnResource): Set<CfnResource> {
    const known = this.reached.get(from);
    if (known) { return known; }
    const stack = Stack.of(from);
    const seen = new Set<CfnResource>([from]);
    // a Set gives what is added while it is walked
    seen.forEach(resource => this.waitedForBy(resource).filter(one => Stack.of(one) === stack).forEach(one => seen.add(one)));
    this.reached.set(from, seen);
    return seen;
  }

  private waitedForBy(resource: CfnResource): CfnResource[] {
    let known = this.direct.get(resource);
    if (!known) {
      const stack = Stack.of(resource);
      const references = this.references.get(stack) ?? new References(stack);
      this.references.set(stack, references);
      const targets = references.of(resource);
      const dependencies = resource.node.scopes.flatMap(scope => scope.node.dependencies).flatMap(one => one.node.findAll());
      known = [...new Set([...targets, ...dependencies, ...resource.obtainDependencies()].filter(isResource))];
      this.direct.set(resource, known);
    }
    return known;
  }
}

function isResource(construct: IConstruct): construct is CfnResource {
  return CfnResource.isCfnResource(construct);
}
