{{/*
The environment of a service's container, as a list in YAML. Takes (list $ "service"). Only settings that the services read
are named here; others come by services.{name}.settings and .secretSettings. What others are put together of comes first.
*/}}
{{- define "consent.environment" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $values := $root.Values -}}
{{- $service := index (include "consent.services" $root | fromJson) $name -}}
{{- $where := ternary "oneProcess" (printf "services.%s" $name) (eq $name "host") -}}
{{- $plain := mergeOverwrite (include "consent.settings" . | fromJson) (include "consent.issuer" . | fromJson) -}}
{{- $secret := include "consent.secretSettings" . | fromJson -}}
{{- $own := concat (keys $plain) (keys $secret) (list "Storage__Engine" "Storage__Postgres" "Storage__PostgresKeys" "Messaging__RabbitMq") -}}
{{- /* To .NET "a:b" and "A__B" are one name. */}}
{{- $known := list }}{{ range $own }}{{ $known = append $known (lower .) }}{{ end -}}
{{- range $key := concat (keys (default dict $service.settings)) (keys (default dict $service.secretSettings)) -}}
{{- $one := lower (replace ":" "__" $key) -}}
{{- if or (has $one $known) (and (regexMatch "^storage__cosmos(keys)?__" $one) (not (hasSuffix "__within" $one))) -}}
{{- fail (printf "%s.settings.%s is set by the chart itself: leave it out, and use the value that stands for it." $where $key) -}}
{{- end -}}
{{- if and (hasKey (default dict $service.settings) $key) (hasKey (default dict $service.secretSettings) $key) -}}
{{- fail (printf "%s.settings and %s.secretSettings both set %s: leave one out." $where $where $key) -}}
{{- end -}}
{{- end -}}
{{- range $key, $ref := merge $secret (default dict $service.secretSettings) }}
- { name: {{ $key }}, valueFrom: { secretKeyRef: { name: {{ $ref.name }}, key: {{ $ref.key }} } } }
{{- end }}
{{- with include "consent.database" . | trim }}
{{ . }}
{{- end }}
{{- if not (has $name (list "gateway" "host")) }}
{{ include "consent.brokerAddress" $root }}
{{- end }}
{{- range $key, $value := merge $plain (default dict $service.settings) }}
- { name: {{ $key }}, value: {{ $value | quote }} }
{{- end }}
{{- end -}}

{{/* By whose tokens: name to value, as JSON. */}}
{{- define "consent.issuer" -}}
{{- $root := index . 0 -}}
{{- $auth := $root.Values.auth -}}
{{- $front := include "consent.front" $root -}}
{{- $settings := dict "Auth__Audience" $auth.audience -}}
{{- if $auth.development.enabled -}}
{{- $_ := set $settings "Auth__Development" "true" -}}
{{- $at := ternary "localhost" (include "consent.name" (list $root $front)) (eq (index . 1) $front) -}}
{{- $_ := set $settings "Auth__MetadataAddress" (printf "http://%s:8080/development-issuer/.well-known/openid-configuration" $at) -}}
{{- if eq (index . 1) $front -}}
{{- $_ := set $settings "DevelopmentIssuer__Enabled" "true" -}}
{{- $_ := set $settings "Data" "/data" -}}
{{- end -}}
{{- else -}}
{{- $_ := set $settings "Auth__Authority" $auth.authority -}}
{{- with $auth.metadataAddress }}{{ $_ := set $settings "Auth__MetadataAddress" . }}{{ end -}}
{{- end -}}
{{- $settings | toJson -}}
{{- end -}}

{{/* Settings whose values lie in Secrets: name to {name, key}, as JSON. */}}
{{- define "consent.secretSettings" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $settings := dict -}}
{{- if has $name (list "connectors" "host") -}}
{{- if $root.Values.connectors.tokenSecret.name -}}
{{- $_ := set $settings "Connectors__Token" $root.Values.connectors.tokenSecret -}}
{{- else if $root.Values.externalSecrets.connectors.remoteKey -}}
{{- $_ := set $settings "Connectors__Token" (dict "name" (include "consent.name" (list $root "connectors-token")) "key" "token") -}}
{{- end -}}
{{- end -}}
{{- if and (has $name (list "marketing-unsubscribe" "host")) $root.Values.mail.passwordSecret.name -}}
{{- $_ := set $settings "Mail__Password" $root.Values.mail.passwordSecret -}}
{{- end -}}
{{- $settings | toJson -}}
{{- end -}}
