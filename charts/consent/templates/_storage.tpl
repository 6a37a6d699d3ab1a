{{/* What lies where. Each takes (list $ "service") and answers "true", or nothing. */}}

{{/* Whose replicas share a database. The gateway keeps nothing, and one process files of its own. Beside Cosmos DB: who keeps something that is no log, where a database is named. */}}
{{- define "consent.onPostgres" -}}
{{- $root := index . 0 -}}
{{- $engine := $root.Values.storage.engine -}}
{{- if and (eq $engine "postgres") (has (index . 1) (list "consent" "cookie-banner" "marketing-unsubscribe" "audit" "newsletter" "analytics" "webhooks" "connectors")) }}true
{{- else if and (eq $engine "cosmos") (include "consent.databases" $root | fromJsonArray) (has (index . 1) (list "cookie-banner" "marketing-unsubscribe" "newsletter" "analytics" "webhooks" "connectors")) }}true{{ end -}}
{{- end -}}

{{/* Whose pods have nothing of their own that could not be made again: consent and audit keep only what they read out of their logs. */}}
{{- define "consent.isShared" -}}
{{- if or (include "consent.onPostgres" .) (and (eq (index . 0).Values.storage.engine "cosmos") (has (index . 1) (list "consent" "audit"))) }}true{{ end -}}
{{- end -}}

{{/* Who has a log, whose persons' keys lie in a database of their own, or an account of Cosmos DB. */}}
{{- define "consent.hasLog" -}}
{{- if has (index . 1) (list "consent" "marketing-unsubscribe" "audit") }}true{{ end -}}
{{- end -}}

{{/* Who keeps keys under /data/keys, on a volume that is backed up apart from the data, unless they stay with these. */}}
{{- define "consent.keepsKeys" -}}
{{- $keys := (index . 0).Values.storage.keys -}}
{{- if and (not $keys.withData) (has (index . 1) (list "consent" "marketing-unsubscribe" "audit" "webhooks" "connectors" "host")) }}true{{ end -}}
{{- end -}}

{{/* Whether two pods of it may run at once, and so an update replaces one by one. */}}
{{- define "consent.mayOverlap" -}}
{{- $root := index . 0 -}}
{{- if eq (index . 1) "gateway" -}}
true
{{- else if include "consent.isShared" . -}}
{{- if or (not (include "consent.keepsKeys" .)) (eq $root.Values.storage.keys.accessMode "ReadWriteMany") }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/* The Secret with the two connection strings: {name, data, keys}, as JSON; of CloudNativePG there is none. */}}
{{- define "consent.databaseSecret" -}}
{{- $postgres := .Values.postgres -}}
{{- if $postgres.existingSecret.name -}}
{{- $postgres.existingSecret | toJson -}}
{{- else -}}
{{- dict "name" (include "consent.name" (list . "postgres")) "data" "data" "keys" "keys" | toJson -}}
{{- end -}}
{{- end -}}

{{/*
Where the data are, and the keys: variables of a container as a list in YAML, those that others are put together of first.
Npgsql takes no address, so that of CloudNativePG is put together of the name and password that the operator made.
With "migrate" third it is for a Job, which is told of no database that is not there yet.
*/}}
{{- define "consent.database" -}}
{{- $root := index . 0 -}}
{{- $migrates := eq (len .) 3 -}}
{{- if include "consent.onCosmos" . }}
{{- include "consent.cosmosEnvironment" (ternary (list $root "migrate") (list $root) $migrates) }}
{{- else if include "consent.onPostgres" . }}
- { name: Storage__Engine, value: postgres }
{{- end }}
{{- if or (and $migrates (include "consent.jobOnPostgres" .)) (and (not $migrates) (include "consent.onPostgres" .)) }}
{{- $settings := dict "data" "Storage__Postgres" -}}
{{- if and (include "consent.hasLog" .) (not (include "consent.onCosmos" .)) }}{{ $_ := set $settings "keys" "Storage__PostgresKeys" }}{{ end -}}
{{- range $which, $setting := $settings }}
{{- if $root.Values.postgres.cloudNativePG.enabled }}
{{- $cluster := include "consent.name" (list $root $which) }}
- { name: {{ upper $which }}_USER, valueFrom: { secretKeyRef: { name: {{ $cluster }}-app, key: username } } }
- { name: {{ upper $which }}_PASSWORD, valueFrom: { secretKeyRef: { name: {{ $cluster }}-app, key: password } } }
- name: {{ $setting }}
  value: "Host={{ $cluster }}-rw;Database=app;Username=$({{ upper $which }}_USER);Password=$({{ upper $which }}_PASSWORD);SSL Mode=VerifyFull;Root Certificate=/database/{{ $which }}/ca.crt"
{{- else }}
{{- $secret := include "consent.databaseSecret" $root | fromJson }}
- { name: {{ $setting }}, valueFrom: { secretKeyRef: { name: {{ $secret.name }}, key: {{ index $secret $which }} } } }
{{- end }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* Whose certificates the databases of CloudNativePG are checked against: volumes, or with "mounts" third their mounts. */}}
{{- define "consent.databaseCertificates" -}}
{{- $root := index . 0 -}}
{{- if and $root.Values.postgres.cloudNativePG.enabled (include "consent.onPostgres" .) }}
{{- range $which := ternary (list "data" "keys") (list "data") (and (eq $root.Values.storage.engine "postgres") (not (empty (include "consent.hasLog" .)))) }}
{{- if eq (len $) 3 }}
- { name: {{ $which }}-authority, mountPath: /database/{{ $which }}, readOnly: true }
{{- else }}
- name: {{ $which }}-authority
  secret: { secretName: {{ include "consent.name" (list $root $which) }}-ca, items: [{ key: ca.crt, path: ca.crt }] }
{{- end }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* Whether Jobs run before an install and an upgrade: in Cosmos DB always, since they create what services do not. */}}
{{- define "consent.migrates" -}}
{{- if and .Values.migrations.enabled (or (eq .Values.storage.engine "cosmos") (include "consent.migratesPostgres" .)) }}true{{ end -}}
{{- end -}}

{{/*
Whether Jobs bring the schemas on PostgreSQL up to date. A database that the release makes must be there already, by its Secrets, which needs a cluster to
ask: hooks come before everything else, and would wait for it in vain. Without them the services do so as they start.
*/}}
{{- define "consent.migratesPostgres" -}}
{{- if and .Values.migrations.enabled (ne .Values.storage.engine "sqlite") (include "consent.databases" . | fromJsonArray) -}}
{{- $made := list (include "consent.databaseSecret" . | fromJson).name -}}
{{- if .Values.postgres.cloudNativePG.enabled -}}
{{- $made = list (include "consent.name" (list . "data-app")) -}}
{{- if eq .Values.storage.engine "postgres" }}{{ $made = append $made (include "consent.name" (list . "keys-app")) }}{{ end -}}
{{- end -}}
{{- $there := list -}}
{{- if not .Values.postgres.existingSecret.name -}}
{{- range $made }}{{ if lookup "v1" "Secret" $.Release.Namespace . }}{{ $there = append $there . }}{{ end }}{{ end -}}
{{- end -}}
{{- if or .Values.postgres.existingSecret.name (eq (len $there) (len $made)) }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/* Whether the Job of a service opens the database: one that runs before a first install, for its containers in Cosmos DB, only where that is not the release's own. */}}
{{- define "consent.jobOnPostgres" -}}
{{- $root := index . 0 -}}
{{- if and (include "consent.onPostgres" .) (include "consent.migratesPostgres" $root) (or (not (include "consent.onCosmos" .)) $root.Values.postgres.existingSecret.name $root.Release.IsUpgrade) }}true{{ end -}}
{{- end -}}

{{/* How many connections the replicas may hold at most, as their stores' pools say: {data, keys}, as JSON. */}}
{{- define "consent.connections" -}}
{{- $pools := dict "consent" 21 "cookie-banner" 16 "marketing-unsubscribe" 35 "audit" 11 "newsletter" 14 "analytics" 14 "webhooks" 28 "connectors" 28 -}}
{{- /* Log, relay and ledger are not there. */}}
{{- if eq .Values.storage.engine "cosmos" }}{{ $_ := set $pools "marketing-unsubscribe" 14 }}{{ $pools = omit $pools "consent" "audit" }}{{ end -}}
{{- $data := 0 -}}
{{- $keys := 0 -}}
{{- range $name, $pool := $pools -}}
{{- $pods := int (include "consent.most" (list $ $name)) -}}
{{- $data = add $data (mul $pods $pool) -}}
{{- if and (eq $.Values.storage.engine "postgres") (include "consent.hasLog" (list $ $name)) }}{{ $keys = add $keys (mul $pods 10) }}{{ end -}}
{{- end -}}
{{- dict "data" $data "keys" $keys | toJson -}}
{{- end -}}
