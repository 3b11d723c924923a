#!/usr/bin/env bash
# The steps in docs/verification.md by which someone with an account settles what is assumed. All of them run, in one Bash, with programs
# that do nothing but note their arguments; then the AWS CLI is asked whether it takes each command. Nothing is sent.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tally.sh"

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check awscli==1.45.12

mkdir "$work/bin" "$work/steps"
ln -s "$PWD/cloudformation" "$work/steps/cloudformation"
cat > "$work/bin/aws" <<'STUB'
#!/usr/bin/env bash
printf '%s\0' "$@" >> "$COMMANDS" && printf '\1\0' >> "$COMMANDS"
case " $* " in
  *' --output json '*) echo '[{"imageDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000000"}]' ;;
  *) echo 'arn:aws:iam::111122223333:role/an-answer-that-is-long-enough' ;;
esac
STUB
printf '#!/bin/sh\necho 1\n' > "$work/bin/seq"
printf '#!/bin/sh\necho "{}"\n' > "$work/bin/jq"
for program in docker npm npx cosign oras sleep; do printf '#!/bin/sh\necho "%s-answer"\n' $program > "$work/bin/$program"; done
chmod +x "$work"/bin/*
for profile in customer vendor other; do
  printf '[profile %s]\nregion = us-east-1\naws_access_key_id = nobody\naws_secret_access_key = nothing\n' $profile
done > "$work/config"

# The steps with placeholders filled; they have got to their end without a name that nobody set.
steps() {
  sed -n '/^## What no judge here can decide/,$p' docs/verification.md | sed -n '/^```sh$/,/^```$/{/^```/!p}' \
    | sed 's/<[a-z][A-Za-z ]*>/111122223333/g' > "$work/steps.sh" && echo 'echo at the end' >> "$work/steps.sh" \
    && (cd "$work/steps" && PATH=$work/bin:$PATH COMMANDS=$work/commands timeout 120 bash -u ../steps.sh > ../out.txt 2> ../err.txt < /dev/null)
  [ "$(tail -n 1 "$work/out.txt")" = 'at the end' ] && ! grep -E 'unbound|not found|syntax' "$work/err.txt" || { tail "$work/err.txt"; return 1; }
}
taken() { (cd "$work/steps" && "$work/venv/bin/python" "$OLDPWD/.ci/aws_commands.py" "$work/config" < "$1"); }
# A command that the CLI must refuse, and the words with which it does.
refuses() {
  printf '%s\0' "${@:2}" > "$work/bad" && printf '\1\0' >> "$work/bad"
  ! taken "$work/bad" > "$work/refusal.txt" && grep -q -- "$1" "$work/refusal.txt"
}

check 'the steps run in Bash to their end' steps
check 'the AWS CLI takes every command of the steps' taken "$work/commands"
check 'the AWS CLI refuses an unknown option' refuses 'Unknown options: --prefixes' ecr describe-pull-through-cache-rules --prefixes echo
check 'the AWS CLI refuses a missing option' refuses 'required: --upstream-registry-url' ecr create-pull-through-cache-rule --ecr-repository-prefix echo
check 'the AWS CLI refuses a value of the wrong form' refuses 'Unknown parameter' ecr describe-images --repository-name echo/nginx --image-ids tag=1

finish
