#!/bin/sh
# Makes Temporal's databases and brings their schemas up to date. Repeating it changes nothing.
set -eu
versioned=/etc/temporal/schema/postgresql/v12
for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*}
  schema=${pair##*:}
  temporal-sql-tool --db "$database" create || true
  # Fails when the schema is there already.
  temporal-sql-tool --db "$database" setup-schema -v 0.0 || true
  temporal-sql-tool --db "$database" update-schema -d "$versioned/$schema/versioned"
done
