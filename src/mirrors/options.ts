import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { checkOptions, kindOf, readFlag } from '../private/access';
import { InvalidInputError } from '../private/errors';
import { checkMember } from '../private/given';

/** How a node logs in to the caches. */
export enum NodeLogin {
  /**
   * containerd's files hold the token of the node, each for the cache alone. Nothing else gets it, whatever fails, and it serves Pods with pull secrets
   * too. The files are for root, who could have the token from the instance's role anyway.
   */
  TOKEN_IN_FILES = 'TOKEN_IN_FILES',

  /**
   * kubelet asks its credential provider for the login, also for the mirrored hosts. No token is in a file; but where a file is missing or broken, or a
   * Pod names a host with its port, containerd sends it to whatever the upstream says is its token server.
   */
  CREDENTIAL_PROVIDER = 'CREDENTIAL_PROVIDER',
}

/** How nodes pull through caches. */
export interface NodeMirrorsOptions {
  /**
   * How a node logs in to the caches.
   *
   * @default NodeLogin.TOKEN_IN_FILES
   */
  readonly login?: NodeLogin;

  /**
   * Whether a node pulls from the upstream, without a login, what the cache doesn't give: because ECR can't be reached, the image is not there or the
   * node may not. Without it such a pull fails.
   *
   * @default false
   */
  readonly fallback?: boolean;
}

/** Refuses what is no construct as a scope. */
export function checkScope(scope: IConstruct): void {
  if (!Construct.isConstruct(scope)) {
    throw new InvalidInputError({
      got: `${kindOf(scope)} as the scope of NodeMirrors.forCaches()`,
      expected: 'a construct, such as the stack of the nodes',
      fix: 'pass it first, and the caches behind it',
    });
  }
}

/** The options, complete. */
export function readMirrorOptions(scope: IConstruct, options: NodeMirrorsOptions | undefined): Required<NodeMirrorsOptions> {
  const given = options ?? {};
  checkOptions('NodeMirrors.forCaches()', given, ['login', 'fallback'], scope);
  const login = given.login ?? NodeLogin.TOKEN_IN_FILES;
  checkMember('login', login, NodeLogin, 'NodeLogin', scope);
  const fallback = readFlag('fallback', given.fallback ?? undefined, false, scope);
  if (fallback && login === NodeLogin.CREDENTIAL_PROVIDER) {
    throw new InvalidInputError({
      got: "'fallback' with NodeLogin.CREDENTIAL_PROVIDER",
      expected: "no fallback: containerd would send the node's login for ECR to the upstream's token server with it",
      fix: 'leave the fallback out, or use NodeLogin.TOKEN_IN_FILES, whose fallback is anonymous',
    }, scope);
  }
  return { login, fallback };
}
