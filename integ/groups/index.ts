import { CLOUDFORMATION } from './cloudformation';
import { DAY } from './day';
import { LARGE } from './large';
import { NETWORK } from './network';
import { NO_ACCOUNT } from './no-account';
import { REGISTRY } from './registry';
import { RULES } from './rules';
import { SHARED } from './shared';
import { TAGGED } from './tagged';
import { VENDOR } from './vendor';
import { WATCHED_CACHE } from './watched-cache';
import { WORKLOADS } from './workloads';
import type { Group } from '../runner/check';

/** All groups, those that are cheap and quick first. */
export const GROUPS: readonly Group[] = [
  NO_ACCOUNT, REGISTRY, TAGGED, RULES, WATCHED_CACHE, CLOUDFORMATION, VENDOR, SHARED, WORKLOADS, NETWORK, LARGE, DAY,
];
