#!/usr/bin/env bash
# Builds the package of a language from this clone and lets the example of that language use it. Usage: ./local-build.sh <language>
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=$(cd "$here/../.." && pwd)
language=${1:-}
target=$language
case $language in
  typescript) target=js ;;
  csharp) target=dotnet ;;
  python | java | go) ;;
  *)
    echo "got the language '$language', expected typescript, python, java, go or csharp" >&2
    exit 2
    ;;
esac

cd "$repo"
npx projen compile
npx projen "package:$target"
dist=$repo/dist/$target
cd "$here/$language"
# the package has the version 0.0.0, whatever the example asks for
case $language in
  typescript) npm install --no-save --no-package-lock --no-audit --no-fund "$dist"/*.tgz ;;
  python)
    python3 -m venv .venv
    grep -v '^cdk-ecr-pull-through-cache' requirements.txt | .venv/bin/pip install --quiet --requirement /dev/stdin "$dist"/*.whl
    .venv/bin/pip install --quiet --force-reinstall --no-deps "$dist"/*.whl
    echo 'run: . .venv/bin/activate'
    ;;
  java)
    jar=$(find "$dist" -name 'cdk-ecr-pull-through-cache-0.0.0.jar')
    mvn -B -q org.apache.maven.plugins:maven-install-plugin:3.1.3:install-file "-Dfile=$jar" "-DpomFile=${jar%.jar}.pom"
    mkdir -p .mvn
    echo '-Dcdk-ecr-pull-through-cache.version=0.0.0' > .mvn/maven.config
    ;;
  go)
    rm -f go.work go.work.sum
    go work init .
    go work edit -replace "github.com/ecr-pull-through-cache/cdk-ecr-pull-through-cache-go/cdkecrpullthroughcache=$dist/cdkecrpullthroughcache"
    go build -o /dev/null .
    ;;
  csharp)
    cat > nuget.config <<END
<configuration>
  <packageSources>
    <add key="clone" value="$dist" />
  </packageSources>
</configuration>
END
    cat > Directory.Build.targets <<END
<Project>
  <ItemGroup>
    <PackageReference Update="EcrPullThroughCache" Version="0.0.0" />
  </ItemGroup>
</Project>
END
    # a build of that version may be there already
    rm -rf "${NUGET_PACKAGES:-$HOME/.nuget/packages}/ecrpullthroughcache"
    dotnet restore
    ;;
esac
