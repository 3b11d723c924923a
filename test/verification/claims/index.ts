import { CACHE } from './cache';
import { FUNCTIONS } from './functions';
import { IMAGES } from './images';
import { LOCAL } from './local';
import { MEASURED } from './measured';
import { MONITORING } from './monitoring';
import { PACKAGES } from './packages';
import { PERMISSIONS } from './permissions';
import { REPOSITORIES } from './repositories';
import { REVIEWS } from './reviews';
import { UPSTREAMS } from './upstreams';
import { WITHOUT_CDK } from './without-cdk';
import type { Area } from '../claim';

/** All that a user relies on, in the order of the page. */
export const AREAS: Area[] = [
  CACHE, UPSTREAMS, PERMISSIONS, REPOSITORIES, IMAGES, MONITORING, FUNCTIONS, LOCAL, WITHOUT_CDK, PACKAGES, REVIEWS, MEASURED,
];
