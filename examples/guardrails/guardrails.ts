import { PropertyInjectors } from 'aws-cdk-lib';
import type { InjectionContext, IPropertyInjector, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { CacheAlarmActions, CacheFunctionDefaults } from 'cdk-ecr-pull-through-cache';

/** What an organisation gives each of its stacks. */
export interface Guardrails {
  readonly vpc: ec2.IVpc;
  /** Encrypts logs: its policy lets CloudWatch Logs use it. */
  readonly logKey: kms.IKey;
  /** Hears of alarms. */
  readonly alarms: sns.ITopic;
  /** Bounds what roles may do. */
  readonly boundary: iam.IManagedPolicy;
}

/** Sets what the rules demand, before anything else is made in the stack. */
export function applyGuardrails(stack: Stack, { vpc, logKey, alarms, boundary }: Guardrails): void {
  // the functions of the library
  CacheFunctionDefaults.of(stack).set({ vpc, logRetention: logs.RetentionDays.ONE_YEAR, logEncryptionKey: logKey });
  // its alarms
  CacheAlarmActions.of(stack).set({ alarmActions: [new SnsAction(alarms)] });
  // all other log groups and roles, whoever makes them
  PropertyInjectors.of(stack).add(new GuardedLogGroups(logKey), new BoundedRoles(boundary));
}

/** At least a year, and a key, for every log group. */
class GuardedLogGroups implements IPropertyInjector {
  public readonly constructUniqueId = logs.LogGroup.PROPERTY_INJECTION_ID;

  constructor(private readonly key: kms.IKey) {}

  public inject(props: logs.LogGroupProps, _context: InjectionContext): logs.LogGroupProps {
    const { retention = 0, encryptionKey = this.key } = props;
    return { ...props, encryptionKey, retention: Math.max(retention, logs.RetentionDays.ONE_YEAR) };
  }
}

/** A boundary for every role, also for the creation role of a repository template. */
class BoundedRoles implements IPropertyInjector {
  public readonly constructUniqueId = iam.Role.PROPERTY_INJECTION_ID;

  constructor(private readonly boundary: iam.IManagedPolicy) {}

  public inject(props: iam.RoleProps, _context: InjectionContext): iam.RoleProps {
    return { permissionsBoundary: this.boundary, ...props };
  }
}
