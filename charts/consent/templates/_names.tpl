{{/* Everything of a service is named {release}-{service}. Takes (list $ "service"). */}}
{{- define "consent.name" -}}
{{- printf "%s-%s" (index . 0).Release.Name (index . 1) -}}
{{- end -}}

{{- define "consent.selector" -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
{{- end -}}

{{- define "consent.labels" -}}
{{ include "consent.selector" . }}
app.kubernetes.io/part-of: consent
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
helm.sh/chart: {{ (index . 0).Chart.Name }}-{{ (index . 0).Chart.Version }}
{{- end -}}

{{- define "consent.image" -}}
{{- $root := index . 0 -}}
{{- $own := (index $root.Values.services (index . 1)).image -}}
{{- $own | default (printf "%s/consent/%s:%s" $root.Values.images.registry (index . 1) ($root.Values.images.tag | default $root.Chart.AppVersion)) -}}
{{- end -}}

{{/* The Secret with the broker's address: {name, key}, as JSON. */}}
{{- define "consent.brokerSecret" -}}
{{- $existing := .Values.broker.existingSecret -}}
{{- if $existing.name -}}
{{- dict "name" $existing.name "key" $existing.key | toJson -}}
{{- else -}}
{{- dict "name" (include "consent.name" (list . "rabbitmq")) "key" "amqp-url" | toJson -}}
{{- end -}}
{{- end -}}
