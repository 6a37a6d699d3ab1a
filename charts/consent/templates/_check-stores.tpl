{{/* Brokers and databases that the values name, each as the value that does, as JSON. */}}
{{- define "consent.brokers" -}}
{{- $set := list -}}
{{- if .Values.broker.existingSecret.name }}{{ $set = append $set "broker.existingSecret.name" }}{{ end -}}
{{- if .Values.broker.clusterOperator.enabled }}{{ $set = append $set "broker.clusterOperator.enabled" }}{{ end -}}
{{- if .Values.broker.development.enabled }}{{ $set = append $set "broker.development.enabled" }}{{ end -}}
{{- if .Values.externalSecrets.broker.remoteKey }}{{ $set = append $set "externalSecrets.broker.remoteKey" }}{{ end -}}
{{- $set | toJson -}}
{{- end -}}

{{- define "consent.databases" -}}
{{- $set := list -}}
{{- if .Values.postgres.existingSecret.name }}{{ $set = append $set "postgres.existingSecret.name" }}{{ end -}}
{{- if .Values.postgres.cloudNativePG.enabled }}{{ $set = append $set "postgres.cloudNativePG.enabled" }}{{ end -}}
{{- if .Values.postgres.development.enabled }}{{ $set = append $set "postgres.development.enabled" }}{{ end -}}
{{- if .Values.externalSecrets.postgres.data.remoteKey }}{{ $set = append $set "externalSecrets.postgres.data.remoteKey" }}{{ end -}}
{{- $set | toJson -}}
{{- end -}}

{{- define "consent.checkBroker" -}}
{{- $set := include "consent.brokers" . | fromJsonArray -}}
{{- if not $set -}}
{{- fail "No broker: set broker.existingSecret.name to a Secret that holds an AMQP address, broker.clusterOperator.enabled=true where the RabbitMQ Cluster Operator runs, or broker.development.enabled=true to try things out." -}}
{{- end -}}
{{- if gt (len $set) 1 -}}
{{- fail (printf "Two brokers: %s are set. Choose one." (join " and " $set)) -}}
{{- end -}}
{{- if and .Values.broker.clusterOperator.enabled (eq (mod (int .Values.broker.clusterOperator.replicas) 2) 0) -}}
{{- fail (printf "broker.clusterOperator.replicas is %d: a quorum needs an odd number of nodes. Set 1, 3 or 5." (int .Values.broker.clusterOperator.replicas)) -}}
{{- end -}}
{{- end -}}

{{- define "consent.checkDatabase" -}}
{{- $set := include "consent.databases" . | fromJsonArray -}}
{{- if eq .Values.storage.engine "sqlite" -}}
{{- if $set -}}
{{- fail (printf "%s is set and storage.engine is sqlite: nothing would use that database. Set storage.engine to postgres, or leave it out." (first $set)) -}}
{{- end -}}
{{- if eq .Values.storage.keys.accessMode "ReadWriteMany" -}}
{{- fail "storage.keys.accessMode is ReadWriteMany and storage.engine is sqlite: nobody shares files of SQLite. Set it to ReadWriteOnce, or storage.engine to postgres." -}}
{{- end -}}
{{- else -}}
{{- if and (not $set) (eq .Values.storage.engine "postgres") -}}
{{- fail "No database: storage.engine is postgres. Set postgres.existingSecret.name to a Secret that holds two connection strings, postgres.cloudNativePG.enabled=true where that operator runs, or postgres.development.enabled=true to try things out." -}}
{{- end -}}
{{- if gt (len $set) 1 -}}
{{- fail (printf "Two databases: %s are set. Choose one." (join " and " $set)) -}}
{{- end -}}
{{- if eq .Values.storage.engine "postgres" -}}
{{- if and .Values.postgres.existingSecret.name (eq .Values.postgres.existingSecret.data .Values.postgres.existingSecret.keys) -}}
{{- fail (printf "postgres.existingSecret.data and .keys are both %q: keys never lie where the data do, so give the connection string of another database." .Values.postgres.existingSecret.data) -}}
{{- end -}}
{{- with .Values.externalSecrets.postgres -}}
{{- if and .data.remoteKey (not .keys.remoteKey) -}}
{{- fail "externalSecrets.postgres.data is set without externalSecrets.postgres.keys: the keys lie in a database of their own, whose connection string it names." -}}
{{- end -}}
{{- if and .data.remoteKey (eq .data.remoteKey .keys.remoteKey) (eq .data.property .keys.property) -}}
{{- fail "externalSecrets.postgres.data and .keys name the same entry: keys never lie where the data do, so give the connection string of another database." -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "consent.checkExternal" -}}
{{- $external := .Values.externalSecrets -}}
{{- $used := list -}}
{{- range $what, $key := dict "broker" $external.broker.remoteKey "connectors" $external.connectors.remoteKey "postgres.data" $external.postgres.data.remoteKey "postgres.keys" $external.postgres.keys.remoteKey "cosmos.data" $external.cosmos.data.remoteKey "cosmos.keys" $external.cosmos.keys.remoteKey -}}
{{- if $key }}{{ $used = append $used $what }}{{ end -}}
{{- end -}}
{{- if and $used (not $external.enabled) -}}
{{- fail (printf "externalSecrets.%s is set and externalSecrets.enabled is false: set that to true where the External Secrets Operator runs, or leave it out." (first $used)) -}}
{{- end -}}
{{- if and $external.postgres.keys.remoteKey (not $external.postgres.data.remoteKey) -}}
{{- fail "externalSecrets.postgres.keys is set without externalSecrets.postgres.data: both connection strings come from there, or neither. Set it, or leave both out." -}}
{{- end -}}
{{- if and $external.enabled (not $external.store.name) -}}
{{- fail "externalSecrets.enabled is true without externalSecrets.store.name: name the store that holds the secrets." -}}
{{- end -}}
{{- if and $external.enabled (not $used) -}}
{{- fail "externalSecrets.enabled is true, but names nothing to fetch: set externalSecrets.broker, .postgres, .cosmos or .connectors, or enabled to false." -}}
{{- end -}}
{{- if and $external.connectors.remoteKey .Values.connectors.tokenSecret.name -}}
{{- fail "Two tokens for connectors: connectors.tokenSecret.name and externalSecrets.connectors.remoteKey are set. Choose one." -}}
{{- end -}}
{{- end -}}
