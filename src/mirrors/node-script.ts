/** Where everything of ours is on a node, but for units. */
export const HOME = '/etc/ecr-mirrors';
/** The one folder that containerd reads hosts.toml from. */
export const CERTS = '/etc/containerd/certs.d';
/** Where EKS images have kubelet's credential providers. */
export const PROVIDERS = '/etc/eks/image-credential-provider';

const REQUEST = '{"apiVersion":"credentialprovider.kubelet.k8s.io/v1","kind":"CredentialProviderRequest","image":"%s/image"}';
const PASSWORD = 's/.*"password":"\\([A-Za-z0-9+\\/=_-]*\\)".*/\\1/p';

/**
 * What runs on the node: POSIX sh and `ecr-credential-provider`. Tokens pass through builtins and pipes only, never through the arguments of a
 * program, which everybody may read.
 */
export const NODE_SCRIPT = `#!/bin/sh
# Has containerd pull the hosts of the table through ECR pull-through caches.
#   mirrors.sh start REGISTRY...    before kubelet: looks at containerd's configuration, then writes hosts.toml files
#   mirrors.sh refresh REGISTRY...  writes them again, with a fresh token
set -eu
umask 077
home=${HOME}
certs=${CERTS}
provider=${PROVIDERS}/ecr-credential-provider

fail() {
  echo "ecr-mirrors: $*" >&2
  exit 1
}

# The value of a line of TOML, without quotes.
value() {
  value=\${line#*=}
  value=\${value#"\${value%%[! ]*}"}
  value=\${value#[\\'\\"]}
  value=\${value%[\\'\\"]}
}

# Refuses a containerd that would pull by another way than certs.d.
check_containerd() {
  config=$(containerd config dump) || fail 'containerd config dump failed'
  section='' v3=no local=no old_path='' path=''
  while IFS= read -r line; do
    line=\${line#"\${line%%[! ]*}"}
    case $line in
      '['*)
        section=$line
        case $section in *io.containerd.cri.v1.images*) v3=yes ;; esac
        ;;
      'config_path '*)
        value
        case $section in
          *io.containerd.grpc.v1.cri*registry]) old_path=$value ;;
          *io.containerd.cri.v1.images*registry]) path=$value ;;
        esac
        ;;
      'use_local_image_pull = true'* | 'discard_unpacked_layers = true'*)
        case $section in *io.containerd.cri.v1.images*) local=yes ;; esac
        ;;
      'snapshotter '*)
        value
        case $value in
          '' | overlayfs) ;;
          *) fail "got the snapshotter $value in $section, expected overlayfs: others fetch layers themselves, past the caches (FastImagePull?)" ;;
        esac
        ;;
    esac
  done <<CONFIG
$config
CONFIG
  # containerd 1 knows one way to pull
  if [ $v3 = no ]; then path=$old_path local=yes; fi
  case $path in
    "$certs") ;;
    "$certs":*) [ $local = yes ] || fail "got the list $path as config_path, which containerd's transfer service doesn't read: set it to $certs" ;;
    *) fail "got '$path' as config_path of containerd's registries, expected $certs" ;;
  esac
}

# Sets token to the login for a registry. The provider takes the Region from the registry's name.
log_in() {
  token=''
  answer=$(printf '${REQUEST}' "$1" | timeout 60 "$provider") || return 1
  password=$(printf %s "$answer" | sed -n '${PASSWORD}')
  [ -n "$password" ] || return 1
  token=$(printf 'AWS:%s' "$password" | base64 | tr -d '\\n')
  case $token in '' | *[!A-Za-z0-9+/=]*) return 1 ;; esac
}

# Puts a value into the line of a template.
put() {
  while :; do
    case $line in
      *"@$1@"*) line=\${line%%"@$1@"*}$2\${line#*"@$1@"} ;;
      *) return 0 ;;
    esac
  done
}

# Writes the file of a host whole.
write() {
  mkdir -p "$certs/$host"
  new=$certs/$host/.hosts.toml.$$
  while IFS= read -r line; do
    put REGISTRY "$registry"
    put PATH "$path"
    put UPSTREAM "$upstream"
    put TOKEN "$token"
    printf '%s\\n' "$line"
  done < "$home/hosts.toml" > "$new"
  mv -f "$new" "$certs/$host/hosts.toml"
  new=''
}

new=''
trap 'if [ -n "$new" ]; then rm -f "$new"; fi' EXIT
command=\${1-}
case $command in
  start) check_containerd ;;
  refresh) ;;
  *) fail "got '$command', expected start or refresh" ;;
esac
shift

with_token=no token='' number=0 written=0
if grep -q @TOKEN@ "$home/hosts.toml"; then with_token=yes; fi
for registry in "$@"; do
  case $registry in '' | *[!a-z0-9.-]*) fail "got the registry '$registry'" ;; esac
  number=$((number + 1))
  tries=0
  # the instance's role and the network may come late
  until [ $with_token = no ] || log_in "$registry"; do
    tries=$((tries + 1))
    [ $tries -lt 40 ] || fail "got no login for $registry in $tries tries: what was written before stays"
    sleep 15
  done
  while read -r host of path upstream; do
    if [ "$of" = $number ]; then
      write
      written=$((written + 1))
    fi
  done < "$home/mirrors"
done
[ "$written" -gt 0 ] && [ "$written" = "$(wc -l < "$home/mirrors")" ] || fail "wrote $written files for the table $home/mirrors, expected one a line"
echo "ecr-mirrors: wrote $written files below $certs"
`;

/**
 * kubelet's credential provider for hosts that `ecr-credential-provider` would log in to elsewhere. It answers with the login of a cache, whatever
 * it is asked: kubelet asks it for its own hosts only, so nothing of the request has to be read.
 */
export const PROVIDER_SCRIPT = `#!/bin/sh
# ecr-mirrors-credential-provider REGISTRY HOST...: kubelet's login for hosts whose images come from REGISTRY
set -eu
registry=$1
shift
cat > /dev/null
answer=$(printf '${REQUEST}' "$registry" | "\${0%/*}/ecr-credential-provider")
password=$(printf %s "$answer" | sed -n '${PASSWORD}')
lasts=$(printf %s "$answer" | sed -n 's/.*"cacheDuration":"\\([0-9hms.]*\\)".*/\\1/p')
[ -n "$password" ] && [ -n "$lasts" ] || exit 1
auth=''
for host in "$@"; do
  auth="$auth\${auth:+,}\\"$host\\":{\\"username\\":\\"AWS\\",\\"password\\":\\"$password\\"}"
done
printf '{"apiVersion":"credentialprovider.kubelet.k8s.io/v1","kind":"CredentialProviderResponse",'
printf '"cacheKeyType":"Registry","cacheDuration":"%s","auth":{%s}}\\n' "$lasts" "$auth"
`;
