export const SHA256 = `sha256:${'0123456789abcdef'.repeat(4)}`;
const SHA384 = `sha384:${'0123456789abcdef'.repeat(6)}`;
const SHA512 = `sha512:${'0123456789abcdef'.repeat(8)}`;

export interface AcceptedCase {
  readonly text: string;
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

export interface RefusedCase {
  readonly text: string;
  /** How the text is told of, behind `got the image reference `. */
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
}

const dockerHub = (text: string, repository: string, tag?: string, digest?: string): AcceptedCase =>
  ({ text, registry: 'docker.io', repository, tag, digest });

/** The names that Docker completes. */
export const SHORT_FORMS: AcceptedCase[] = [
  dockerHub('nginx', 'library/nginx'),
  dockerHub('nginx:1.27', 'library/nginx', '1.27'),
  dockerHub(`nginx@${SHA256}`, 'library/nginx', undefined, SHA256),
  dockerHub(`nginx:1.27@${SHA256}`, 'library/nginx', '1.27', SHA256),
  dockerHub('library/nginx', 'library/nginx'),
  dockerHub('docker.io/nginx', 'library/nginx'),
  dockerHub('docker.io/nginx:1.27', 'library/nginx', '1.27'),
  dockerHub('docker.io/library/nginx', 'library/nginx'),
  dockerHub('index.docker.io/nginx', 'library/nginx'),
  dockerHub('index.docker.io/bitnami/redis', 'bitnami/redis'),
  dockerHub('bitnami/redis:7', 'bitnami/redis', '7'),
  dockerHub('docker.io/bitnami/redis:7', 'bitnami/redis', '7'),
  dockerHub('a/b/c', 'a/b/c'),
  // Without a slash nothing is a registry.
  dockerHub('localhost', 'library/localhost'),
  dockerHub('localhost:5000', 'library/localhost', '5000'),
  dockerHub('quay.io', 'library/quay.io'),
];

/** Names that say their registry. */
export const FULL_FORMS: AcceptedCase[] = [
  { text: 'localhost/app', registry: 'localhost', repository: 'app' },
  { text: 'localhost:5000/app:v1', registry: 'localhost:5000', repository: 'app', tag: 'v1' },
  { text: 'quay.io/prometheus/prometheus:v3.0.0', registry: 'quay.io', repository: 'prometheus/prometheus', tag: 'v3.0.0' },
  { text: 'public.ecr.aws/nginx/nginx', registry: 'public.ecr.aws', repository: 'nginx/nginx' },
  {
    text: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/echo/nginx@${SHA256}`,
    registry: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    repository: 'echo/nginx',
    digest: SHA256,
  },
  // `library/` belongs to Docker Hub alone, and its host is written in lower case.
  { text: 'ghcr.io/nginx', registry: 'ghcr.io', repository: 'nginx' },
  { text: 'registry-1.docker.io/nginx', registry: 'registry-1.docker.io', repository: 'nginx' },
  { text: 'docker.io:443/nginx', registry: 'docker.io:443', repository: 'nginx' },
  { text: 'Docker.io/nginx', registry: 'Docker.io', repository: 'nginx' },
  { text: 'MyTeam/app', registry: 'MyTeam', repository: 'app' },
  { text: '127.0.0.1:5000/app', registry: '127.0.0.1:5000', repository: 'app' },
  { text: 'host:00000000000000000065536/app', registry: 'host:00000000000000000065536', repository: 'app' },
  { text: '[::1]/app', registry: '[::1]', repository: 'app' },
  { text: '[2001:DB8::1]:5000/app:v1', registry: '[2001:DB8::1]:5000', repository: 'app', tag: 'v1' },
  // The grammar asks for hexadecimal digits and colons, not for an address.
  { text: '[:]/app', registry: '[:]', repository: 'app' },
  { text: '[abc]:1/app', registry: '[abc]:1', repository: 'app' },
  { text: 'xn--n3h.com/app', registry: 'xn--n3h.com', repository: 'app' },
  { text: `${'a'.repeat(300)}.io/app`, registry: `${'a'.repeat(300)}.io`, repository: 'app' },
  // Neither a domain name nor completed.
  { text: 'my_host.example/app:v1', registry: '', repository: 'my_host.example/app', tag: 'v1' },
];

/** What a repository, a tag and a digest may be. */
export const PARTS: AcceptedCase[] = [
  dockerHub('a_b/c__d/e.f/g-h/i---j', 'a_b/c__d/e.f/g-h/i---j'),
  dockerHub('0', 'library/0'),
  dockerHub('xn--n3h', 'library/xn--n3h'),
  dockerHub('a'.repeat(247), `library/${'a'.repeat(247)}`),
  dockerHub(`docker.io/b/${'a'.repeat(253)}`, `b/${'a'.repeat(253)}`),
  { text: `quay.io/${'a'.repeat(255)}`, registry: 'quay.io', repository: 'a'.repeat(255) },
  dockerHub(`nginx:${'T'.repeat(128)}`, 'library/nginx', 'T'.repeat(128)),
  dockerHub('nginx:_', 'library/nginx', '_'),
  dockerHub('nginx:V1.27_a-', 'library/nginx', 'V1.27_a-'),
  dockerHub(`nginx@${SHA384}`, 'library/nginx', undefined, SHA384),
  dockerHub(`nginx:1@${SHA512}`, 'library/nginx', '1', SHA512),
  // An identifier is refused only where it stands alone.
  dockerHub('a'.repeat(63), `library/${'a'.repeat(63)}`),
  dockerHub('a'.repeat(65), `library/${'a'.repeat(65)}`),
  dockerHub(`${'a'.repeat(63)}g`, `library/${'a'.repeat(63)}g`),
  dockerHub(`library/${'a'.repeat(64)}`, `library/${'a'.repeat(64)}`),
  dockerHub(`${'a'.repeat(64)}:1`, `library/${'a'.repeat(64)}`, '1'),
];

const HOST_FIX = "name the registry as host or host:port, such as 'quay.io', 'localhost:5000' or '[2001:db8::1]:5000'";
const PATH_FIX = "write the repository in lower case without other signs, such as 'library/nginx' or 'my-team/my_app'";
const TAG_FIX = "write the tag behind one ':', such as ':1.27', or leave out both";
const DIGEST_FIX = "give the digest as the registry prints it, such as '@sha256:' and 64 digits";

const EDGES = "a lower-case letter or digit on both sides of '/', '.', '_', '__' and dashes";
const PATH_CHARACTERS = "only a-z, 0-9, '/', '.', '_', '__' and dashes in the repository";
const LABELS = "letters, digits and inner dashes between the dots of the registry's name";
const PORT = "a ':' and a port of digits after the registry's host";
const ADDRESS = "hexadecimal digits and ':' up to a ']' in the registry's address";
const TAG_START = "a letter, digit or '_' at the start of the tag";
const TAG_CHARACTERS = "only letters, digits, '_', '.' and '-' in the tag";

const at = (text: string, offset: number, expected: string, fix: string): RefusedCase => {
  const shown = text.length > 80 ? `'${text.slice(0, 80)}...' (${text.length} characters)` : `'${text}'`;
  const where = offset === text.length ? `ending at offset ${offset}` : `with '${text[offset]}' at offset ${offset}`;
  return { text, got: `${shown} ${where}`, expected, fix };
};

const LONG_TAG = `nginx:${'t'.repeat(129)}`;
const LONG_SHORT_FORM = 'a'.repeat(248);
const LONG_REPOSITORY = `quay.io/${'a'.repeat(256)}`;

export const REFUSED: RefusedCase[] = [
  // The repository.
  at('', 0, EDGES, PATH_FIX),
  at('Nginx', 0, EDGES, PATH_FIX),
  at('nGinx:1.27', 1, PATH_CHARACTERS, PATH_FIX),
  at('quay.io/Team/app', 8, EDGES, PATH_FIX),
  at('MyTeam/App', 7, EDGES, PATH_FIX),
  at(' nginx', 0, EDGES, PATH_FIX),
  at('nginx ', 5, PATH_CHARACTERS, PATH_FIX),
  { text: 'nginx\n', got: "'nginx\\u000a' with '\\u000a' at offset 5", expected: PATH_CHARACTERS, fix: PATH_FIX },
  { text: 'caf\u00e9', got: "'caf\\u00e9' with '\\u00e9' at offset 3", expected: PATH_CHARACTERS, fix: PATH_FIX },
  at('/nginx', 0, EDGES, PATH_FIX),
  at('nginx/', 6, EDGES, PATH_FIX),
  at('docker.io/', 10, EDGES, PATH_FIX),
  at('bitnami//redis', 8, EDGES, PATH_FIX),
  at('a..b', 2, EDGES, PATH_FIX),
  at('a___b', 3, EDGES, PATH_FIX),
  at('a-_b', 2, EDGES, PATH_FIX),
  at('-a', 0, EDGES, PATH_FIX),
  at('a.', 2, EDGES, PATH_FIX),
  at('a-/b', 2, EDGES, PATH_FIX),
  at(':1.27', 0, EDGES, PATH_FIX),
  at(`@${SHA256}`, 0, EDGES, PATH_FIX),
  at('[abc]/app', 0, EDGES, PATH_FIX),
  at(LONG_SHORT_FORM, 247, "at most 255 characters in the repository with its 'library/', not 256", 'shorten the repository'),
  at(LONG_REPOSITORY, 263, 'at most 255 characters in the repository, not 256', 'shorten the repository'),
  // The registry.
  at('-quay.io/app', 0, LABELS, HOST_FIX),
  at('quay-.io/app', 4, LABELS, HOST_FIX),
  at('quay..io/app', 5, LABELS, HOST_FIX),
  at('quay.io./app', 8, LABELS, HOST_FIX),
  at('-quay.io//app', 0, LABELS, HOST_FIX),
  at('My_host/app', 2, LABELS, HOST_FIX),
  at('my_host:80/app', 2, LABELS, HOST_FIX),
  at(':80/app', 0, LABELS, HOST_FIX),
  at('user@quay.io/app', 4, LABELS, HOST_FIX),
  at('host:/app', 5, PORT, HOST_FIX),
  at('host:80a/app', 7, PORT, HOST_FIX),
  at('host:80:80/app', 7, PORT, HOST_FIX),
  at('nginx:1.27/app', 7, PORT, HOST_FIX),
  at('::1/app', 0, LABELS, HOST_FIX),
  at('[::1]80/app', 5, PORT, HOST_FIX),
  at('[::1]:/app', 6, PORT, HOST_FIX),
  at('[::1/app', 4, ADDRESS, HOST_FIX),
  at('[::1%eth0]/app', 4, ADDRESS, HOST_FIX),
  at('[::ffff:1.2.3.4]/app', 9, ADDRESS, HOST_FIX),
  at('[].io/app', 1, ADDRESS, HOST_FIX),
  at('https://quay.io/app', 6, 'an image name without a scheme', "leave out 'https://'"),
  // The tag.
  at('nginx:', 6, TAG_START, TAG_FIX),
  at(`nginx:@${SHA256}`, 6, TAG_START, TAG_FIX),
  at('nginx:.1', 6, TAG_START, TAG_FIX),
  at('nginx:-1', 6, TAG_START, TAG_FIX),
  at('nginx:1:2', 7, TAG_CHARACTERS, TAG_FIX),
  at('quay.io/app:1/2', 13, TAG_CHARACTERS, TAG_FIX),
  at('nginx:1+2', 7, TAG_CHARACTERS, TAG_FIX),
  at(LONG_TAG, 134, 'at most 128 characters in the tag, not 129', 'shorten the tag'),
  // The digest.
  at('nginx@', 6, "sha256, sha384 or sha512 as the digest's algorithm, not ''", DIGEST_FIX),
  at(`nginx@${'0'.repeat(64)}`, 6, `sha256, sha384 or sha512 as the digest's algorithm, not '${'0'.repeat(64)}'`, DIGEST_FIX),
  at(`nginx@md5:${'0'.repeat(32)}`, 6, "sha256, sha384 or sha512 as the digest's algorithm, not 'md5'", DIGEST_FIX),
  at(`nginx@SHA256:${'0'.repeat(64)}`, 6, "sha256, sha384 or sha512 as the digest's algorithm, not 'SHA256'", DIGEST_FIX),
  at(`nginx:1@sha256+b64:${'0'.repeat(32)}`, 8, "sha256, sha384 or sha512 as the digest's algorithm, not 'sha256+b64'", DIGEST_FIX),
  at('nginx@sha256', 12, "64 hexadecimal digits after 'sha256:', not 0", DIGEST_FIX),
  at('nginx@sha256:', 13, "64 hexadecimal digits after 'sha256:', not 0", DIGEST_FIX),
  at(`nginx@sha256:${'0'.repeat(63)}`, 76, "64 hexadecimal digits after 'sha256:', not 63", DIGEST_FIX),
  at(`n@sha256:${'0'.repeat(65)}`, 73, "64 hexadecimal digits after 'sha256:', not 65", DIGEST_FIX),
  at(`n@sha384:${'0'.repeat(64)}`, 73, "96 hexadecimal digits after 'sha384:', not 64", DIGEST_FIX),
  at(`n@sha512:${'0'.repeat(64)}`, 73, "128 hexadecimal digits after 'sha512:', not 64", DIGEST_FIX),
  at(`n@sha256:${'0'.repeat(63)}A`, 72, 'only 0-9 and a-f in the digest', DIGEST_FIX),
  at(`n@sha256:${'0'.repeat(63)}g`, 72, 'only 0-9 and a-f in the digest', DIGEST_FIX),
  at(`n@${SHA256}:1`, 73, 'only 0-9 and a-f in the digest', DIGEST_FIX),
  at('quay.io/n@sha256:00/1', 19, 'only 0-9 and a-f in the digest', DIGEST_FIX),
  // The whole.
  {
    text: 'abcdef01'.repeat(8),
    got: `'${'abcdef01'.repeat(8)}', an identifier of 64 hexadecimal digits`,
    expected: "a repository's name",
    fix: "write the repository in front, such as 'nginx@sha256:abcdef01...'",
  },
];
