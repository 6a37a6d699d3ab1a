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

{{/* What runs here, name to values, as JSON: each service, or the host that holds them all. */}}
{{- define "consent.services" -}}
{{- if .Values.oneProcess.enabled -}}
{{- dict "host" .Values.oneProcess | toJson -}}
{{- else -}}
{{- .Values.services | toJson -}}
{{- end -}}
{{- end -}}

{{/* The service through which everything comes in. */}}
{{- define "consent.front" -}}
{{- ternary "host" "gateway" .Values.oneProcess.enabled -}}
{{- end -}}

{{- define "consent.image" -}}
{{- $root := index . 0 -}}
{{- $own := (index (include "consent.services" $root | fromJson) (index . 1)).image -}}
{{- $own | default (printf "%s/consent/%s:%s" $root.Values.images.registry (index . 1) ($root.Values.images.tag | default $root.Chart.AppVersion)) -}}
{{- end -}}

{{/* The most pods of a service at a time, an update of it left aside. Takes (list $ "service"). */}}
{{- define "consent.most" -}}
{{- $service := index (include "consent.services" (index . 0) | fromJson) (index . 1) -}}
{{- if ($service.autoscaling).enabled }}{{ int $service.autoscaling.maxReplicas -}}
{{- else if ($service.keda).enabled }}{{ int $service.keda.maxReplicas -}}
{{- else }}{{ int $service.replicas }}{{ end -}}
{{- end -}}

{{/* The port of an address, that of its scheme where it names none. */}}
{{- define "consent.portOf" -}}
{{- $url := urlParse . -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (ternary "80" "443" (eq $url.scheme "http")) -}}
{{- end -}}
