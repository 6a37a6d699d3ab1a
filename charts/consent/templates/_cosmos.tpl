{{/* Azure Cosmos DB, where storage.engine is cosmos: whose logs lie there, and by what they are let in. */}}

{{/* Who has a log, ledger and keys there. Takes (list $ "service"), answers "true", or nothing. */}}
{{- define "consent.onCosmos" -}}
{{- if and (eq (index . 0).Values.storage.engine "cosmos") (include "consent.hasLog" .) }}true{{ end -}}
{{- end -}}

{{/* Where the keys of the two accounts lie, for the services or with "migrate" second for the Jobs: {data, keys}, each {name, key}, as JSON; empty where an identity is used. */}}
{{- define "consent.cosmosSecrets" -}}
{{- $root := index . 0 -}}
{{- $values := $root.Values -}}
{{- $job := eq (len .) 2 -}}
{{- $own := $values.migrations.cosmosSecret -}}
{{- $secrets := dict -}}
{{- if and $job $own.name -}}
{{- $secrets = dict "data" (dict "name" $own.name "key" $own.data) "keys" (dict "name" $own.name "key" $own.keys) -}}
{{- else if and $values.externalSecrets.cosmos.data.remoteKey (or $job (not $values.storage.workloadIdentity.clientId)) -}}
{{- $name := include "consent.name" (list $root (ternary "migrate-cosmos" "cosmos" $job)) -}}
{{- $secrets = dict "data" (dict "name" $name "key" "data") "keys" (dict "name" $name "key" "keys") -}}
{{- else if not $values.storage.workloadIdentity.clientId -}}
{{- $secrets = dict "data" $values.storage.cosmos.credentials "keys" $values.storage.cosmosKeys.credentials -}}
{{- end -}}
{{- $secrets | toJson -}}
{{- end -}}

{{/* Variables of a container as a list in YAML, for the services or with "migrate" second for the Jobs, which alone are told a throughput. */}}
{{- define "consent.cosmosEnvironment" -}}
{{- $root := index . 0 -}}
{{- $secrets := include "consent.cosmosSecrets" . | fromJson -}}
{{- $migrates := eq (len .) 2 -}}
- { name: Storage__Engine, value: cosmos }
{{- range $section, $which := dict "cosmos" "data" "cosmosKeys" "keys" }}
{{- $account := index $root.Values.storage $section }}
{{- $setting := ternary "Storage__Cosmos" "Storage__CosmosKeys" (eq $section "cosmos") }}
- { name: {{ $setting }}__Endpoint, value: {{ $account.endpoint | quote }} }
{{- with $account.database }}
- { name: {{ $setting }}__Database, value: {{ . | quote }} }
{{- end }}
{{- with index $secrets $which }}
- { name: {{ $setting }}__Key, valueFrom: { secretKeyRef: { name: {{ .name }}, key: {{ .key }} } } }
{{- end }}
{{- if and $migrates $account.throughput }}
- { name: {{ $setting }}__Throughput, value: {{ int $account.throughput | quote }} }
{{- end }}
{{- end }}
{{- /* What is said of the data holds for the keys. */}}
- { name: Storage__Cosmos__Mode, value: {{ $root.Values.storage.cosmos.mode }} }
{{- range $i, $region := $root.Values.storage.cosmos.regions }}
- { name: Storage__Cosmos__Regions__{{ $i }}, value: {{ $region | quote }} }
{{- end }}
{{- end -}}

{{/* Whose pods have the identity, and so the label by which AKS gives them a token of their account. Takes (list $ "service"), or "migrate" for the Jobs. */}}
{{- define "consent.hasIdentity" -}}
{{- $root := index . 0 -}}
{{- if and (eq $root.Values.storage.engine "cosmos") $root.Values.storage.workloadIdentity.clientId -}}
{{- if eq (index . 1) "migrate" -}}
{{- if not (include "consent.cosmosSecrets" . | fromJson) }}true{{ end -}}
{{- else if include "consent.onCosmos" . }}true{{ end -}}
{{- end -}}
{{- end -}}

{{- define "consent.identityLabel" -}}
{{- if include "consent.hasIdentity" . }}azure.workload.identity/use: "true"{{ end -}}
{{- end -}}

{{- define "consent.identityOf" -}}
azure.workload.identity/client-id: {{ .Values.storage.workloadIdentity.clientId | quote }}
{{- end -}}

{{/* The two accounts, and whoever gives out tokens where an identity is used. Takes (list $ "service"), or "migrate" for the Jobs. */}}
{{- define "consent.toCosmos" -}}
{{- $root := index . 0 -}}
{{- $policy := $root.Values.networkPolicy -}}
{{- $storage := $root.Values.storage -}}
{{- include "consent.toPeers" (list $policy.cosmosTo (list (include "consent.portOf" $storage.cosmos.endpoint) (include "consent.portOf" $storage.cosmosKeys.endpoint))) | trim }}
{{- if eq $storage.cosmos.mode "direct" }}
    - { protocol: TCP, port: {{ int $policy.cosmosDirectPorts.from }}, endPort: {{ int $policy.cosmosDirectPorts.to }} }
{{- end }}
{{- if include "consent.hasIdentity" . }}
{{- include "consent.toPeers" (list $policy.identityTo (list "443")) }}
{{- end }}
{{- end -}}
