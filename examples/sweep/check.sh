#!/usr/bin/env bash
# Checks the two examples beyond what the tests can: against the schema of Kubernetes, by the package kubernetes-validate
# for Python, and by Slurm's own dry run where a cluster answers. Run from anywhere; needs python3.
set -euo pipefail
cd "$(dirname "$0")"

environment=$(mktemp -d)
trap 'rm -rf "$environment"' EXIT
python3 -m venv "$environment"
"$environment/bin/pip" install --quiet kubernetes-validate
for version in 1.31 1.37; do # the first with podFailurePolicy for good, and a recent one
  "$environment/bin/kubernetes-validate" --strict -k "$version" kubernetes-job.yaml
done

if sinfo > /dev/null 2>&1; then
  sbatch --test-only --cpus-per-task=1 --mem=0 slurm.sbatch sweep.json "$environment/sweep"
else
  echo 'no Slurm cluster answers: its dry run is left out'
fi
