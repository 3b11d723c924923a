import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { isProgram, PROVIDER_CONFIG, TIMER } from './node-files';
import type { NodeFiles } from './node-files';
import { CERTS } from './node-script';
import { refusals, refuse } from '../private/accepted';
import { kindOf } from '../private/access';
import { CheckId, InvalidInputError, problemAt } from '../private/errors';
import type { Problem } from '../private/errors';

/** EC2 User Guide, "Run commands when you launch an EC2 instance": 16 kB. EKS, Karpenter and the cluster's own part need the rest. */
const LONGEST = 14_000;
const NODE_CONFIG = 'application/node.eks.aws';
const SHELL = 'text/x-shellscript; charset="us-ascii"';
const BOUNDARY = 'ecr-mirrors-user-data';
const END = 'ECR-MIRRORS-END';

/** A part of the user data of EKS's image for Amazon Linux 2023. Raw, since Karpenter keeps no header of a part but its content type. */
interface Part {
  readonly contentType: string;
  readonly body: string;
}

/** The user data as a text of its own: two parts of a multipart message. */
export function userDataText(scope: IConstruct, files: NodeFiles): string {
  const parts = partsOf(files).map(({ contentType, body }) => `--${BOUNDARY}\nContent-Type: ${contentType}\n\n${body}\n`).join('');
  const text = `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="${BOUNDARY}"\n\n${parts}--${BOUNDARY}--\n`;
  if (text.length > LONGEST) {
    refuse(scope, CheckId.USER_DATA_LENGTH, tooLong(text.length));
  }
  return text;
}

/** Adds the parts to user data that others add to as well, and looks at the whole of it when the app is synthesized. */
export function addToUserData(scope: IConstruct, userData: ec2.MultipartUserData, files: NodeFiles): void {
  checkUserData(scope, userData);
  partsOf(files).forEach(part => userData.addPart(ec2.MultipartBody.fromRawBody(part)));
  scope.node.addValidation({ validate: () => problemsOf(scope, userData) });
}

/** nodeadm merges all parts of the type NodeConfig: Amazon EKS AMI, nodeadm, "Merging multiple configuration objects". */
function partsOf(files: NodeFiles): Part[] {
  const flags = PROVIDER_CONFIG in files ? `  kubelet:
    flags:
      - --image-credential-provider-config=${PROVIDER_CONFIG}
` : '';
  const nodeConfig = `---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  containerd:
    config: |
      [plugins."io.containerd.cri.v1.images".registry]
      config_path = "${CERTS}"
${flags}`;
  return [{ contentType: NODE_CONFIG, body: nodeConfig }, { contentType: SHELL, body: installer(files) }];
}

/** Installs and enables, and does nothing that may fail later: cloud-init goes on after a script that fails, and the node would join. */
function installer(files: NodeFiles): string {
  const commands = Object.entries(files).map(([path, text]) =>
    `file ${path} ${isProgram(path) ? '755' : '644'} <<'${END}'\n${text}${END}\n`);
  return `#!/bin/sh
set -eu
trap 'systemctl daemon-reload' EXIT
file() {
  mkdir -p "\${1%/*}"
  cat > "$1"
  chmod "$2" "$1"
}
${commands.join('')}${Object.keys(files).some(path => path.endsWith(TIMER)) ? `systemctl enable --now ${TIMER}\n` : ''}`;
}

function checkUserData(scope: IConstruct, userData: ec2.MultipartUserData): void {
  if (userData instanceof ec2.MultipartUserData) {
    const text = textIn(scope, userData);
    const [problem] = text.includes(END) ? [TWICE] : foundIn(text);
    if (problem) {
      throw new InvalidInputError(problem, scope);
    }
    return;
  }
  const text = (userData as unknown) instanceof ec2.UserData ? textIn(scope, userData) : '';
  const image = text.includes('<powershell>') ? 'Windows' : text.includes('[settings.') ? 'Bottlerocket' : undefined;
  throw new InvalidInputError({
    got: image ? `user data of ${image}` : text ? 'user data of one part' : `${kindOf(userData)} as user data`,
    expected: "an ec2.MultipartUserData for EKS's image of Amazon Linux 2023, which takes a NodeConfig and a script",
    fix: image === 'Bottlerocket'
      ? "use admission policies there: Bottlerocket's mirrors always go on to the upstream, and the node's login with them"
      : image === 'Windows' ? 'use admission policies for nodes of Windows' : 'make one with new ec2.MultipartUserData(), and add other parts to it',
  }, scope);
}

function problemsOf(scope: IConstruct, userData: ec2.MultipartUserData): string[] {
  const text = textIn(scope, userData);
  const length = lengthOf(Stack.of(scope).resolve(userData.render()));
  return [
    ...foundIn(text).map(problem => problemAt(scope, problem)),
    ...length > LONGEST ? refusals(scope, CheckId.USER_DATA_LENGTH, tooLong(length)) : [],
  ];
}

/** In a line that is no comment, whatever YAML takes for true, with a tag, an anchor or quotes before it. */
const FAST_IMAGE_PULL = /^[^#\n]*\bFastImagePull\b["']?\s*:(?!\s*(?:[!&]\S*\s+)*["']?false\b)/im;

function foundIn(text: string): Problem[] {
  return [
    ...(FAST_IMAGE_PULL.test(text) ? [{
      got: 'user data that turns FastImagePull on',
      expected: "it off: its snapshotter fetches layers from the image's own registry, past the caches and with whatever login kubelet has",
      fix: 'leave the feature gate out, or rewrite image names by admission policies instead of mirrors',
    }] : []),
    ...contradictions(text),
    ...(/(^|\n)\s*hybrid:/.test(text) ? [{
      got: 'user data of a hybrid node',
      expected: 'nodes on EC2, whose role logs in to ECR',
      fix: 'use admission policies for hybrid nodes',
    }] : []),
  ];
}

/** What another part sets otherwise: nodeadm merges the parts, and the node's check of it keeps kubelet from starting. */
function contradictions(text: string): Problem[] {
  const valuesOf = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, value]) => value);
  const providers = valuesOf(/--image-credential-provider-config=([^\s"']+)/g);
  return [
    ...valuesOf(/^\s*config_path\s*=\s*["']([^"']+)["']/gm).filter(value => value !== CERTS).map(value => ({ what: `config_path '${value}'`, ours: CERTS })),
    ...valuesOf(/^\s*snapshotter\s*=\s*["']([^"']+)["']/gm).filter(value => value !== 'overlayfs').map(value => ({ what: `snapshotter '${value}'`, ours: 'overlayfs' })),
    ...providers.includes(PROVIDER_CONFIG) ? providers.filter(value => value !== PROVIDER_CONFIG)
      .map(value => ({ what: `image-credential-provider-config '${value}'`, ours: PROVIDER_CONFIG })) : [],
  ].map(({ what, ours }) => ({
    got: `user data that sets ${what}`, expected: `'${ours}', without which the mirrors do not hold and kubelet does not start`, fix: 'leave it out of the other part',
  }));
}

/** All text that user data has, also what aws-cdk has CloudFormation write in base64. */
function textIn(scope: IConstruct, userData: ec2.UserData): string {
  const texts = (value: unknown): string[] => typeof value === 'string' ? [value]
    : typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
  return texts(Stack.of(scope).resolve(userData.render())).join('');
}

/** How long a text is that is joined and written in base64 at deployment. */
function lengthOf(value: unknown): number {
  const { 'Fn::Join': join, 'Fn::Base64': encoded } = Object(value) as { 'Fn::Join'?: [string, unknown[]]; 'Fn::Base64'?: unknown };
  if (typeof value === 'string') {
    return value.length;
  }
  if (join) {
    return join[1].reduce<number>((sum, part) => sum + lengthOf(part), 0);
  }
  return encoded !== undefined ? Math.ceil(lengthOf(encoded) / 3) * 4 : REFERENCE;
}

const TWICE: Problem = {
  got: 'user data that has mirrors already',
  expected: 'the mirrors of a node once, since the files of the later ones take the place of the first',
  fix: 'name all caches in one NodeMirrors.forCaches(), and add it once',
};

/** What a reference may become, such as an account or a Region. */
const REFERENCE = 16;

function tooLong(length: number): Problem {
  return {
    got: `user data of ${length} characters`,
    expected: `at most ${LONGEST}, since EC2 takes 16,384 and EKS or Karpenter adds its own part`,
    fix: 'mirror fewer hosts or bring parts of your own in another way, such as an image of your own; user data that changes replaces all nodes',
  };
}
