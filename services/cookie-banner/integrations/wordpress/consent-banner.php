<?php
/**
 * Plugin Name: Consent banner
 * Description: Loads the site's consent banner, and holds scripts and embeds back until their purpose is permitted.
 * Requires at least: 6.3
 * Requires PHP: 7.4
 * License: Apache-2.0
 *
 * Put this file into wp-content/mu-plugins, and into wp-config.php:
 *
 *     define('CONSENT_GATEWAY', 'https://consent.example');
 *     define('CONSENT_SITE', 'my-site');
 *     define('CONSENT_GUARD', true); // optional: holds what no mark holds back; 'replay' makes it when consent comes
 *
 * Three filters say the rest; see INTEGRATE.md of the cookie-banner service:
 * consent_banner_attributes (name => value), consent_banner_held_scripts (handle => purpose),
 * consent_banner_held_hosts (host, with its subdomains => purpose).
 */

defined('ABSPATH') || exit;

// Ahead of everything that WordPress, themes and other plugins print into the head.
add_action('wp_head', 'consent_banner_guard', PHP_INT_MIN);
add_action('wp_enqueue_scripts', 'consent_banner_enqueue', 1);
add_filter('script_loader_tag', 'consent_banner_script_tag', 20, 2);
add_filter('wp_inline_script_attributes', 'consent_banner_inline_attributes', 20);
add_filter('wp_resource_hints', 'consent_banner_hints', 99);
foreach (['the_content', 'widget_block_content', 'widget_text_content'] as $consent_banner_filter) {
    // After blocks, shortcodes and embeds were rendered.
    add_filter($consent_banner_filter, 'consent_banner_hold_hosts', 99);
}

/** Where the gateway serves the site's banner, and what comes with it; null until wp-config.php names both. */
function consent_banner_address($what)
{
    $named = defined('CONSENT_GATEWAY') && defined('CONSENT_SITE');
    return $named ? untrailingslashit(CONSENT_GATEWAY) . '/banner/' . rawurlencode(CONSENT_SITE) . $what : null;
}

/** A plain tag, which the page waits for: enqueued, it could be merged, moved or delayed, and what ran before it would not be held. */
function consent_banner_guard()
{
    $guard = defined('CONSENT_GUARD') ? CONSENT_GUARD : false;
    $address = consent_banner_address('/guard.js');
    if ($guard && $address !== null) {
        wp_print_script_tag(['src' => $address, 'id' => 'consent-banner-guard-js', 'data-replay' => $guard === 'replay']);
    }
}

function consent_banner_enqueue()
{
    $address = consent_banner_address('.js');
    if ($address !== null) {
        // Without a version: it would be one more address, and one more cached copy, of the same script.
        wp_enqueue_script('consent-banner', $address, [], null);
    }
}

/** Gives the banner its attributes, and holds back the scripts whose handle has a purpose. */
function consent_banner_script_tag($tag, $handle)
{
    if ($handle === 'consent-banner') {
        $html = new WP_HTML_Tag_Processor($tag);
        $html->next_tag('script');
        foreach (['async' => true] + apply_filters('consent_banner_attributes', []) as $name => $value) {
            $html->set_attribute($name, $value);
        }
        return $html->get_updated_html();
    }
    $purpose = consent_banner_purpose($handle);
    return $purpose === null ? $tag : consent_banner_hold($tag, function () use ($purpose) { return $purpose; });
}

/** A handle may have inline scripts and no file; those do not pass script_loader_tag, and are told by their id. */
function consent_banner_inline_attributes($attributes)
{
    $purpose = preg_match('/^(.+)-js-(?:before|after|extra|translations)$/', $attributes['id'] ?? '', $parts) ? consent_banner_purpose($parts[1]) : null;
    return $purpose === null ? $attributes : ['type' => 'text/plain', 'data-purpose' => $purpose] + $attributes;
}

/** WordPress has browsers look up the hosts of all enqueued scripts in advance, those of held scripts too. */
function consent_banner_hints($hints)
{
    $held = array_filter(wp_scripts()->registered, function ($script) { return consent_banner_purpose($script->handle) !== null; });
    $hosts = array_map(function ($script) { return wp_parse_url((string) $script->src, PHP_URL_HOST); }, $held);
    return array_filter($hints, function ($hint) use ($hosts) {
        $address = is_array($hint) ? ($hint['href'] ?? '') : $hint;
        return !in_array(wp_parse_url($address, PHP_URL_HOST) ?? $address, $hosts, true);
    });
}

function consent_banner_purpose($handle)
{
    return is_admin() ? null : (apply_filters('consent_banner_held_scripts', [])[$handle] ?? null);
}

/** Holds back the frames and scripts in a content that come from a host with a purpose. A feed has no banner to release them. */
function consent_banner_hold_hosts($content)
{
    $hosts = is_feed() ? [] : apply_filters('consent_banner_held_hosts', []);
    return $hosts === [] ? $content : consent_banner_hold($content, function ($source) use ($hosts) {
        $of = is_string($source) ? '.' . strtolower((string) wp_parse_url($source, PHP_URL_HOST)) : '';
        foreach ($hosts as $host => $purpose) {
            if (str_ends_with($of, '.' . strtolower($host))) {
                return $purpose;
            }
        }
        return null;
    });
}

/** @param callable $purpose_of Given the source of a script or frame (null for an inline script): its purpose, or null to leave it be. */
function consent_banner_hold($content, $purpose_of)
{
    $html = new WP_HTML_Tag_Processor($content);
    while ($html->next_tag()) {
        $tag = $html->get_tag();
        if ($tag !== 'SCRIPT' && $tag !== 'IFRAME') {
            continue;
        }
        $source = $html->get_attribute('src');
        $type = strtolower((string) $html->get_attribute('type'));
        // What is no JavaScript is data, which nothing runs, or is held back already.
        $runs = in_array($type, ['', 'module', 'text/javascript', 'application/javascript'], true);
        $purpose = $tag === 'IFRAME' || $runs ? $purpose_of($source) : null;
        if ($purpose === null || ($tag === 'IFRAME' && !is_string($source))) {
            continue;
        }
        $html->set_attribute('data-purpose', $purpose);
        if (is_string($source)) {
            $html->set_attribute('data-src', $source);
            $html->remove_attribute('src');
        }
        if ($tag === 'IFRAME') {
            $html->set_attribute('hidden', true);
        } else {
            if ($type === 'module') {
                $html->set_attribute('data-type', 'module');
            }
            $html->set_attribute('type', 'text/plain');
        }
    }
    return $html->get_updated_html();
}
