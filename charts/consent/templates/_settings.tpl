{{/* Settings that a service has of the chart, but for those about tokens: name to value, as JSON. Takes (list $ "service"). */}}
{{- define "consent.settings" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $values := $root.Values -}}
{{- $is := ternary (concat (list "host") (keys $values.services | sortAlpha)) (list $name) (eq $name "host") -}}
{{- $apart := ne $name "host" -}}
{{- $plain := dict
      "ASPNETCORE_HTTP_PORTS" "8080"
      "DOTNET_EnableDiagnostics" "0"
      "Metrics__Port" "9464"
      "Shutdown__DrainFor" "00:00:05" -}}
{{- with $values.telemetry.otlpEndpoint }}{{ $_ := set $plain "OTEL_EXPORTER_OTLP_ENDPOINT" . }}{{ end -}}
{{- if $values.trust.configMap.name }}{{ $_ := set $plain "SSL_CERT_DIR" (include "consent.trusted" $root) }}{{ end -}}
{{- if eq $name "gateway" -}}
{{- $_ := set $plain "Gateway__LookUpEvery" "00:00:02" -}}
{{- range $other, $_ := omit $values.services "gateway" -}}
{{- $_ := set $plain (printf "Services__%s" $other) (printf "http://%s-pods:8080" (include "consent.name" (list $root $other))) -}}
{{- end -}}
{{- else -}}
{{- $_ := set $plain "Data" "/data" -}}
{{- if $apart }}{{ $_ := set $plain "Messaging__Transport" "rabbitmq" }}{{ end -}}
{{- end -}}
{{- if eq $name "host" }}{{ $_ := set $plain "Host__Container" "true" }}{{ end -}}
{{- if has "audit" $is -}}
{{- $_ := set $plain "Audit__Checkpoints" "/checkpoints" -}}
{{- if $apart }}{{ $_ := set $plain "Audit__Marketing" (printf "http://%s:8080" (include "consent.name" (list $root "marketing-unsubscribe"))) }}{{ end -}}
{{- $plain = merge $plain (include "consent.auditSettings" $values.audit | fromJson) -}}
{{- end -}}
{{- if has "marketing-unsubscribe" $is -}}
{{- if $apart }}{{ $_ := set $plain "Marketing__Audit" (printf "http://%s:8080" (include "consent.name" (list $root "audit"))) }}{{ end -}}
{{- with $values.mail -}}
{{- if .smtp -}}
{{- $_ := set $plain "Mail__Smtp" .smtp -}}
{{- $_ := set $plain "Mail__From" .from -}}
{{- $_ := set $plain "Mail__Tls" .tls -}}
{{- if .user }}{{ $_ := set $plain "Mail__User" .user }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if or (has "host" $is) (has $name (list "consent" "marketing-unsubscribe" "audit")) }}{{ $_ := set $plain "PublicUrl" $values.publicUrl }}{{ end -}}
{{- if has "analytics" $is }}{{ with $values.analytics.forwardUrl }}{{ $_ := set $plain "Analytics__ForwardUrl" . }}{{ end }}{{ end -}}
{{- if eq $name "connectors" }}{{ $_ := set $plain "Connectors__Marketing" (printf "http://%s:8080" (include "consent.name" (list $root "marketing-unsubscribe"))) }}{{ end -}}
{{- $plain | toJson -}}
{{- end -}}

{{/* Settings of audit's own: name to value, as JSON. Takes the values under "audit". */}}
{{- define "consent.auditSettings" -}}
{{- $plain := dict -}}
{{- with .publicLogs }}{{ $_ := set $plain "Audit__PublicLogs" (join "," .) }}{{ end -}}
{{- with .witnessNetworks }}{{ $_ := set $plain "Audit__WitnessNetworks" (join "," .) }}{{ end -}}
{{- range $setting, $value := dict "LogName" .logName "LogSuffix" .logSuffix "AcceptCheckpoint" .acceptCheckpoint "CosignedWithin" .cosignedWithin "HoldsEvery" .holdsEvery -}}
{{- with $value }}{{ $_ := set $plain (printf "Audit__%s" $setting) . }}{{ end -}}
{{- end -}}
{{- range $i, $witness := .witnesses -}}
{{- $_ := set $plain (printf "Audit__Witnesses__%d__Url" $i) $witness.url -}}
{{- $_ := set $plain (printf "Audit__Witnesses__%d__Key" $i) $witness.key -}}
{{- end -}}
{{- $plain | toJson -}}
{{- end -}}
