{{/* Azure Cosmos DB: two accounts, one way into each, and nothing of it beside another engine. */}}
{{- define "consent.checkCosmos" -}}
{{- $storage := .Values.storage -}}
{{- $migrations := .Values.migrations -}}
{{- $external := .Values.externalSecrets.cosmos -}}
{{- if ne $storage.engine "cosmos" -}}
{{- $set := list -}}
{{- range $section := list "cosmos" "cosmosKeys" -}}
{{- $account := index $storage $section -}}
{{- range $what, $value := dict "endpoint" $account.endpoint "database" $account.database "throughput" (int $account.throughput) "credentials.name" $account.credentials.name "regions" $account.regions -}}
{{- if $value }}{{ $set = append $set (printf "storage.%s.%s" $section $what) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- range $what, $value := dict "storage.cosmos.mode" (eq $storage.cosmos.mode "gateway") "storage.workloadIdentity.clientId" $storage.workloadIdentity.clientId "migrations.cosmosSecret.name" $migrations.cosmosSecret.name "externalSecrets.cosmos.data" $external.data.remoteKey "externalSecrets.cosmos.keys" $external.keys.remoteKey -}}
{{- if $value }}{{ $set = append $set $what }}{{ end -}}
{{- end -}}
{{- if $set -}}
{{- fail (printf "%s is set and storage.engine is %s: nothing would lie in Cosmos DB. Set storage.engine to cosmos, or leave it out." (first $set) $storage.engine) -}}
{{- end -}}
{{- else -}}
{{- range $section, $of := dict "cosmos" "data" "cosmosKeys" "keys" -}}
{{- $endpoint := (index $storage $section).endpoint -}}
{{- if not $endpoint -}}
{{- fail (printf "storage.engine is cosmos and storage.%s.endpoint is empty: set it to the address of the account of the %s, such as https://example-%s.documents.azure.com:443/." $section $of $of) -}}
{{- end -}}
{{- if not (regexMatch "^https://[-A-Za-z0-9.]+(:[0-9]+)?/?$" $endpoint) -}}
{{- fail (printf "storage.%s.endpoint is no https address without a path: set it to that of the account, such as https://example-%s.documents.azure.com:443/. A connection string is not read; the key goes into a Secret." $section $of) -}}
{{- end -}}
{{- end -}}
{{- if and (eq (lower (urlParse $storage.cosmos.endpoint).hostname) (lower (urlParse $storage.cosmosKeys.endpoint).hostname)) (eq (include "consent.portOf" $storage.cosmos.endpoint) (include "consent.portOf" $storage.cosmosKeys.endpoint)) -}}
{{- fail "storage.cosmos.endpoint and storage.cosmosKeys.endpoint name the same account: keys never lie where the data do, so give them an account of their own." -}}
{{- end -}}
{{- $regions := list -}}
{{- range $storage.cosmos.regions }}{{ $regions = append $regions (lower (trim .)) }}{{ end -}}
{{- if ne (len $regions) (len (uniq $regions)) -}}
{{- fail "storage.cosmos.regions names a region twice: name each once, the nearest first." -}}
{{- end -}}
{{- if .Values.externalSecrets.postgres.keys.remoteKey -}}
{{- fail "externalSecrets.postgres.keys is set and storage.engine is cosmos: keys lie in the account storage.cosmosKeys. Leave it out; externalSecrets.postgres.data alone says where read models lie." -}}
{{- end -}}
{{- include "consent.checkCosmosKeys" . -}}
{{- end -}}
{{- end -}}

{{/* Who is let in by what: services by an identity or by the accounts' keys, and the Jobs that create containers by keys alone. */}}
{{- define "consent.checkCosmosKeys" -}}
{{- $storage := .Values.storage -}}
{{- $migrations := .Values.migrations -}}
{{- $external := .Values.externalSecrets.cosmos -}}
{{- $data := $storage.cosmos.credentials -}}
{{- $keys := $storage.cosmosKeys.credentials -}}
{{- $identity := $storage.workloadIdentity.clientId -}}
{{- if ne (empty $external.data.remoteKey) (empty $external.keys.remoteKey) -}}
{{- fail "Of externalSecrets.cosmos.data and .keys one is set alone: two accounts have two keys. Name both, or neither." -}}
{{- end -}}
{{- if and $external.data.remoteKey (eq $external.data.remoteKey $external.keys.remoteKey) (eq $external.data.property $external.keys.property) -}}
{{- fail "externalSecrets.cosmos.data and .keys name the same entry: two accounts have two keys, so name that of each." -}}
{{- end -}}
{{- if and $identity (or $data.name $keys.name) -}}
{{- fail (printf "storage.workloadIdentity.clientId and storage.%s.credentials.name are both set: services are let in by the identity or by a key. Leave one out; keys for the Jobs alone, which create the containers, are migrations.cosmosSecret." (ternary "cosmos" "cosmosKeys" (not (empty $data.name)))) -}}
{{- end -}}
{{- if and $external.data.remoteKey (or $data.name $keys.name) -}}
{{- fail "Two keys of Cosmos DB: storage.cosmos.credentials (or storage.cosmosKeys.credentials) and externalSecrets.cosmos are set. Choose one." -}}
{{- end -}}
{{- if not (or $identity $external.data.remoteKey (and $data.name $keys.name)) -}}
{{- if or $data.name $keys.name -}}
{{- fail (printf "storage.%s.credentials.name is set alone: two accounts have two keys. Set storage.%s.credentials.name too." (ternary "cosmos" "cosmosKeys" (not (empty $data.name))) (ternary "cosmosKeys" "cosmos" (not (empty $data.name)))) -}}
{{- end -}}
{{- fail "Nothing lets the services into Cosmos DB: set storage.workloadIdentity.clientId to the client id of a managed identity, or storage.cosmos.credentials.name and storage.cosmosKeys.credentials.name to Secrets that hold the accounts' keys." -}}
{{- end -}}
{{- if and $data.name (eq $data.name $keys.name) (eq $data.key $keys.key) -}}
{{- fail (printf "storage.cosmos.credentials and storage.cosmosKeys.credentials are both %q of the Secret %s: two accounts have two keys, so name that of each." $data.key $data.name) -}}
{{- end -}}
{{- with $migrations.cosmosSecret -}}
{{- if and .name $external.data.remoteKey -}}
{{- fail "Two keys for the Jobs: migrations.cosmosSecret.name and externalSecrets.cosmos are set. Choose one." -}}
{{- end -}}
{{- if and .name $data.name -}}
{{- fail "migrations.cosmosSecret.name is set beside storage.cosmos.credentials.name, by which the Jobs are let in already: leave it out, or set storage.workloadIdentity.clientId in place of the second." -}}
{{- end -}}
{{- if and .name (eq .data .keys) -}}
{{- fail (printf "migrations.cosmosSecret.data and .keys are both %q: two accounts have two keys, so name that of each." .data) -}}
{{- end -}}
{{- if and (not $migrations.enabled) (or .name (and $identity $external.data.remoteKey)) -}}
{{- fail (printf "%s is set and migrations.enabled is false: with a workload identity only the Jobs use these keys. Leave them out, or set migrations.enabled to true." (ternary "migrations.cosmosSecret.name" "externalSecrets.cosmos" (not (empty .name)))) -}}
{{- end -}}
{{- end -}}
{{- range $section := list "cosmos" "cosmosKeys" -}}
{{- if (index $storage $section).throughput -}}
{{- if not $migrations.enabled -}}
{{- fail (printf "storage.%s.throughput is set and migrations.enabled is false: only the Jobs create containers. Set migrations.enabled to true, or leave the throughput to whoever creates them." $section) -}}
{{- end -}}
{{- if and $identity (not (or $migrations.cosmosSecret.name $external.data.remoteKey)) -}}
{{- fail (printf "storage.%s.throughput is set, but the Jobs have an identity alone, and Cosmos DB lets none create containers. Set migrations.cosmosSecret.name (or externalSecrets.cosmos) to the accounts' keys, or leave the throughput to whoever creates them." $section) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
