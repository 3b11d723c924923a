import { Aspects, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import type { IAspect } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { refuse } from '../private/accepted';
import { accessList, checkOptions, kindOf } from '../private/access';
import { BY_METHOD, checkMadeByMethod } from '../private/choices';
import { CheckId, InvalidInputError, place } from '../private/errors';
import { checkConstruct } from '../private/given';
import { checkArnPartition } from '../private/partitions';
import { differ } from '../private/places';
import { accessorOf, oncePerTree } from '../private/tree';

/** Who hears of the alarms of a scope. */
export interface AlarmActionsOptions {
  /**
   * What each alarm does when it fires, and again when it is over.
   *
   * @default - what an outer scope says
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * What each alarm of the severity `AlarmSeverity.PAGE` does besides.
   *
   * @default - what an outer scope says
   */
  readonly pageActions?: cloudwatch.IAlarmAction[];
}

/* Each option once: a `Record` that lacks one does not compile. */
const OPTIONS = Object.keys({ alarmActions: 0, pageActions: 0 } satisfies Record<keyof AlarmActionsOptions, 0>);

/**
 * Who hears of the alarms of this library in a whole app, Stage, stack or part of one: the default alarms of caches, and those of `CacheAlerting`,
 * `CacheFindings` and `CacheIntegrity`, made before or later.
 *
 * What a construct says in its own properties wins. Otherwise the nearest scope that says something does, option by option.
 *
 * @example
 * import { CacheAlarmActions } from 'cdk-ecr-pull-through-cache';
 * import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
 * import * as sns from 'aws-cdk-lib/aws-sns';
 *
 * declare const tickets: sns.ITopic;
 * declare const pager: sns.ITopic;
 *
 * CacheAlarmActions.of(this).set({ alarmActions: [new SnsAction(tickets)], pageActions: [new SnsAction(pager)] });
 */
export class CacheAlarmActions {
  /**
   * The actions of a scope: the same object each time.
   *
   * @param scope an app, a Stage, a stack or any construct
   */
  public static of(scope: IConstruct): CacheAlarmActions {
    checkConstruct('the scope of CacheAlarmActions.of()', scope);
    return accessorOf(scope, 'CacheAlarmActions', () => new CacheAlarmActions(BY_METHOD, scope));
  }

  private constructor(key: symbol, private readonly scope: IConstruct) {
    checkMadeByMethod(key, CacheAlarmActions, 'CacheAlarmActions.of()');
  }

  /**
   * Sets who hears of the alarms at and below the scope. What is left out stays as it is.
   *
   * @param options the actions
   * @throws for an empty list, which would tell nobody, and for actions that are set here already
   */
  public set(options: AlarmActionsOptions): void {
    checkOptions('the alarms of a scope', options, OPTIONS, this.scope);
    const { alarmActions, pageActions } = checkedActions(options, this.scope);
    const known = actionsIn(this.scope);
    const before = known.get(this.scope) ?? {};
    const again = alarmActions && before.alarmActions ? 'alarmActions' : pageActions && before.pageActions ? 'pageActions' : undefined;
    if (again) {
      throw new InvalidInputError({
        got: `a second value of '${again}' for the alarms of ${place(this.scope)}`,
        expected: 'one list for a scope',
        fix: 'set it once with all actions, or give the construct that differs its own',
      });
    }
    known.set(this.scope, { ...before, ...alarmActions ? { alarmActions } : {}, ...pageActions ? { pageActions } : {} });
  }
}

/** Reads lists of actions, of which an empty one reaches nobody. */
export function checkedActions({ alarmActions, pageActions }: AlarmActionsOptions, scope?: IConstruct): AlarmActionsOptions {
  return { alarmActions: checked('alarmActions', alarmActions, scope), pageActions: checked('pageActions', pageActions, scope) };
}

function checked(name: string, actions: cloudwatch.IAlarmAction[] | undefined, scope?: IConstruct): cloudwatch.IAlarmAction[] | undefined {
  return actions === undefined || actions === null ? undefined : accessList(name, actions, `leave ${name} out to notify nobody, or what the scope says`, scope);
}

/** What an alarm says of its actions itself. */
interface OwnActions extends AlarmActionsOptions {
  /** Whether it is one of those that page. */
  readonly pages: boolean;
  /** Whether another alarm pages for it. */
  readonly pagedElsewhere?: boolean;
}

/** Gives an alarm its own actions, and those of its scopes as far as it has none. */
export function actOn(alarm: cloudwatch.AlarmBase, { alarmActions, pageActions, pages, pagedElsewhere }: OwnActions): void {
  const told = new Set<string>();
  notify(alarm, [...alarmActions ?? [], ...pages && !pagedElsewhere ? pageActions ?? [] : []], told);
  if (alarmActions === undefined || pages && pageActions === undefined) {
    Aspects.of(alarm).add(new ScopeActions(alarm, told, alarmActions === undefined, pages && pageActions === undefined));
  }
}

/** Finds the actions of the scopes when the app is synthesized, since they may be set after the alarm is made. */
class ScopeActions implements IAspect {
  private done = false;

  constructor(
    private readonly alarm: cloudwatch.AlarmBase,
    private readonly told: Set<string>,
    private readonly tickets: boolean,
    private readonly pages: boolean,
  ) {}

  public visit(node: IConstruct): void {
    if (node !== this.alarm || this.done) {
      return;
    }
    this.done = true;
    const known = actionsIn(node);
    const nearestFirst = [...node.node.scopes].reverse().map(scope => known.get(scope) ?? {});
    const alarmActions = this.tickets ? nearestFirst.find(one => one.alarmActions)?.alarmActions : undefined;
    const pageActions = this.pages ? nearestFirst.find(one => one.pageActions)?.pageActions : undefined;
    notify(this.alarm, [...alarmActions ?? [], ...pageActions ?? []], this.told);
  }
}

/* The values are shared with other versions of the package: aws-cdk's own actions, by the names of the options. */
function actionsIn(scope: IConstruct): Map<IConstruct, AlarmActionsOptions> {
  return oncePerTree(scope, 'AlarmActions', () => new Map<IConstruct, AlarmActionsOptions>());
}

/** Notifies when an alarm fires and when it is over, each target once. */
export function notify(alarm: cloudwatch.AlarmBase, actions: readonly cloudwatch.IAlarmAction[], told = new Set<string>()): void {
  for (const given of actions) {
    const target = bindAction(given, alarm);
    if (!told.has(target.alarmActionArn)) {
      told.add(target.alarmActionArn);
      const action = { bind: () => target };
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }
}

function bindAction(action: cloudwatch.IAlarmAction, alarm: cloudwatch.AlarmBase): cloudwatch.AlarmActionConfig {
  const target = typeof (action as Partial<cloudwatch.IAlarmAction> | undefined)?.bind === 'function' ? action.bind(alarm, alarm) : undefined;
  if (target?.alarmActionArn === undefined) {
    throw new InvalidInputError({
      got: `${kindOf(action)} as an alarm action`,
      expected: 'an action of aws-cloudwatch-actions',
      fix: 'wrap what is notified, such as a topic in an SnsAction',
    }, alarm);
  }
  checkArnPartition('an alarm action', target.alarmActionArn, alarm);
  checkActionRegion(target.alarmActionArn, alarm);
  return target;
}

/** An alarm of CloudWatch acts in its own Region only: `docs/unverified.md`. */
function checkActionRegion(arn: string, alarm: cloudwatch.AlarmBase): void {
  const region = regionOf(arn);
  const own = Stack.of(alarm).region;
  if (differ(region, own)) {
    refuse(alarm, CheckId.ALARM_ACTION_REGION, {
      got: `an alarm action of the Region ${region} for an alarm in the Region ${own}`,
      expected: 'actions of the same Region, such as a topic there',
      fix: `make a topic in ${own}, which may send on what it gets`,
    });
  }
}

/** The Region that an ARN names, or that of the stack whose resource has it. */
function regionOf(arn: string): string | undefined {
  const { tokens, firstToken } = Tokenization.reverseString(arn);
  return tokens.length === 1 && Reference.isReference(firstToken) && !arn.startsWith('arn:') ? Stack.of(firstToken.target).region : arn.split(':')[3];
}
