#!/usr/bin/env bash
# The steps by which someone with an account settles what is assumed. All of them run, in one Bash, with programs that do nothing but
# note their arguments; then the AWS CLI is asked whether it takes each command. Nothing is sent.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

sessions=test/verification/settling
awscli=$cache/awscli-1.45.12
check 'the AWS CLI is there' venv "$awscli" awscli==1.45.12

mkdir "$work/bin" "$work/steps"
ln -s "$repo/cloudformation" "$work/steps/cloudformation"
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

# The commands of all sessions with placeholders filled; they have got to their end without a name that nobody set.
run_steps() {
  { cat "$sessions"/before.md "$sessions"/[0-9][0-9]-*.md | sed -n '/^```sh$/,/^```$/{/^```/!p}' | sed 's/<[a-z][A-Za-z ]*>/111122223333/g'
    echo 'echo at the end'; } > "$work/steps.sh"
  (cd "$work/steps" && PATH=$work/bin:$PATH COMMANDS=$work/commands timeout 120 bash -u ../steps.sh > ../out.txt 2> ../err.txt) || true
  tail "$work/err.txt"
  test "$(tail -n 1 "$work/out.txt")" = 'at the end'
  ! grep -E 'unbound|not found|syntax' "$work/err.txt"
}
taken() { (cd "$work/steps" && "$awscli/bin/python" "$repo/.ci/aws_commands.py" "$work/config" < "$1"); }
takes_not() {
  { printf '%s\0' "${@:2}"; printf '\1\0'; } > "$work/bad"
  refuses "$1" taken "$work/bad"
}

check 'the steps run in Bash to their end' run_steps
check 'the AWS CLI takes every command of the steps' taken "$work/commands"
check 'the AWS CLI refuses an unknown option' takes_not 'Unknown options: --prefixes' ecr describe-pull-through-cache-rules --prefixes echo
check 'the AWS CLI refuses a missing option' takes_not 'required: --upstream-registry-url' ecr create-pull-through-cache-rule --ecr-repository-prefix echo
check 'the AWS CLI refuses a value of the wrong form' takes_not 'Unknown parameter' ecr describe-images --repository-name echo/nginx --image-ids tag=1
