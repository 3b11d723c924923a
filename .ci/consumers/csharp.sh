#!/usr/bin/env bash
# Makes the copied example in <project> a user's project with the NuGet package in <dist>, and compiles it.
# Usage: .ci/consumers/csharp.sh <project> <dist>
set -euo pipefail
cd "$1"
dist=$2

cat > nuget.config <<END
<configuration>
  <packageSources>
    <add key="build" value="$dist/dotnet" />
  </packageSources>
</configuration>
END
sed -i 's|\(Include="EcrPullThroughCache" Version="\)[^"]*|\10.0.0|' EchoCache.csproj
rm -rf "${NUGET_PACKAGES:-$HOME/.nuget/packages}/ecrpullthroughcache"
dotnet build --nologo
