#!/bin/sh
# Makes the namespace and Oncemail's Search Attributes. Repeating it changes nothing.
set -eu
until temporal operator cluster health; do
  echo 'waiting for Temporal'
  sleep 2
done
namespace=${TEMPORAL_NAMESPACE:-default}
# A week of closed executions in the Web UI. The ledger keeps the record of runs, whatever the retention.
temporal operator namespace describe -n "$namespace" >/dev/null 2>&1 ||
  temporal operator namespace create -n "$namespace" --retention 7d
# The server sees a new namespace after some seconds.
until temporal operator search-attribute list -n "$namespace" >/dev/null 2>&1; do
  sleep 2
done
for name in OncemailAutomationId OncemailCampaignId OncemailRunId OncemailStatus; do
  temporal operator search-attribute create -n "$namespace" --name "$name" --type Keyword ||
    temporal operator search-attribute list -n "$namespace" | grep -q "$name"
done
