{{/*
The environment of a service's container, as a list in YAML. Takes (list $ "service"). Only settings that the services read
are named here; others come by services.{name}.settings.
*/}}
{{- define "consent.environment" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $values := $root.Values -}}
{{- $service := index $values.services $name -}}
{{- $plain := dict
      "ASPNETCORE_HTTP_PORTS" "8080"
      "Auth__Authority" $values.auth.authority
      "Auth__Audience" $values.auth.audience
      "DOTNET_EnableDiagnostics" "0" -}}
{{- with $values.auth.metadataAddress }}{{ $_ := set $plain "Auth__MetadataAddress" . }}{{ end -}}
{{- with $values.telemetry.otlpEndpoint }}{{ $_ := set $plain "OTEL_EXPORTER_OTLP_ENDPOINT" . }}{{ end -}}
{{- $secret := dict -}}
{{- if eq $name "gateway" -}}
{{- range $other, $_ := omit $values.services "gateway" -}}
{{- $_ := set $plain (printf "Services__%s" $other) (printf "http://%s:8080" (include "consent.name" (list $root $other))) -}}
{{- end -}}
{{- else -}}
{{- $_ := set $plain "Data" "/data" -}}
{{- $_ := set $plain "Messaging__Transport" "rabbitmq" -}}
{{- $_ := set $secret "Messaging__RabbitMq" (include "consent.brokerSecret" $root | fromJson) -}}
{{- end -}}
{{- if eq $name "audit" -}}
{{- $_ := set $plain "Audit__Checkpoints" "/checkpoints" -}}
{{- $_ := set $plain "Audit__Marketing" (printf "http://%s:8080" (include "consent.name" (list $root "marketing-unsubscribe"))) -}}
{{- end -}}
{{- if eq $name "marketing-unsubscribe" -}}
{{- $_ := set $plain "Marketing__Audit" (printf "http://%s:8080" (include "consent.name" (list $root "audit"))) -}}
{{- end -}}
{{- if has $name (list "consent" "marketing-unsubscribe" "audit") }}{{ $_ := set $plain "PublicUrl" $values.publicUrl }}{{ end -}}
{{- if eq $name "analytics" }}{{ with $values.analytics.forwardUrl }}{{ $_ := set $plain "Analytics__ForwardUrl" . }}{{ end }}{{ end -}}
{{- if eq $name "connectors" -}}
{{- $_ := set $plain "Connectors__Marketing" (printf "http://%s:8080" (include "consent.name" (list $root "marketing-unsubscribe"))) -}}
{{- with $values.connectors.tokenSecret }}{{ if .name }}{{ $_ := set $secret "Connectors__Token" . }}{{ end }}{{ end -}}
{{- end -}}
{{- range $key, $value := $service.settings -}}
{{- if or (hasKey $plain $key) (hasKey $secret $key) -}}
{{- fail (printf "services.%s.settings.%s is set by the chart itself: leave it out, and use the value that stands for it." $name $key) -}}
{{- end -}}
{{- $_ := set $plain $key $value -}}
{{- end -}}
{{- range $key, $value := $plain }}
- { name: {{ $key }}, value: {{ $value | quote }} }
{{- end }}
{{- range $key, $ref := $secret }}
- { name: {{ $key }}, valueFrom: { secretKeyRef: { name: {{ $ref.name }}, key: {{ $ref.key }} } } }
{{- end }}
{{- end -}}
