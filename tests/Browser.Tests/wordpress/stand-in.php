<?php
/**
 * A stand-in for WordPress: the few functions that consent-banner.php and page.php call, as its developer reference describes them, for
 * the front end of a theme that supports HTML5 scripts. It promises nothing about what WordPress itself does with the plugin.
 */

define('ABSPATH', __DIR__ . '/');

require __DIR__ . '/tag-processor.php';

/** What is kept: callbacks per hook and priority, registered scripts per handle, handles in the order of printing. */
final class WordPress
{
    public static $hooks = [];
    public static $registered = [];
    public static $queue = [];
}

function add_filter($hook, $callback, $priority = 10, $accepted = 1)
{
    WordPress::$hooks[$hook][$priority][] = [$callback, $accepted];
    return true;
}

function add_action($hook, $callback, $priority = 10, $accepted = 1)
{
    return add_filter($hook, $callback, $priority, $accepted);
}

function apply_filters($hook, $value, ...$more)
{
    $callbacks = WordPress::$hooks[$hook] ?? [];
    ksort($callbacks, SORT_NUMERIC);
    foreach (array_merge(...$callbacks) as [$callback, $accepted]) {
        $value = $callback(...array_slice([$value, ...$more], 0, $accepted));
    }
    return $value;
}

function do_action($hook)
{
    apply_filters($hook, '');
}

function is_admin() { return false; }

function is_feed() { return false; }

function untrailingslashit($text) { return rtrim($text, '/\\'); }

function wp_parse_url($url, $component = -1) { return parse_url($url, $component); }

function esc_attr($text) { return htmlspecialchars($text, ENT_QUOTES, 'UTF-8', false); }

function wp_enqueue_script($handle, $src = '', $deps = [], $ver = false, $args = [])
{
    WordPress::$registered[$handle] = (object) ['handle' => $handle, 'src' => $src, 'ver' => $ver, 'before' => '', 'after' => ''];
    WordPress::$queue[] = $handle;
}

function wp_add_inline_script($handle, $data, $position = 'after')
{
    WordPress::$registered[$handle]->$position .= $data;
    return true;
}

function wp_scripts() { return (object) ['registered' => WordPress::$registered]; }

function wp_sanitize_script_attributes($attributes)
{
    $text = '';
    foreach ($attributes as $name => $value) {
        $text .= $value === true ? ' ' . esc_attr($name) : ($value === false ? '' : sprintf(' %s="%s"', esc_attr($name), esc_attr($value)));
    }
    return $text;
}

function wp_get_script_tag($attributes)
{
    return '<script' . wp_sanitize_script_attributes(apply_filters('wp_script_attributes', $attributes)) . "></script>\n";
}

function wp_print_script_tag($attributes) { echo wp_get_script_tag($attributes); }

function wp_get_inline_script_tag($data, $attributes = [])
{
    return '<script' . wp_sanitize_script_attributes(apply_filters('wp_inline_script_attributes', $attributes, $data)) . ">\n$data\n</script>\n";
}

/** The hosts of what was enqueued, which browsers are to look up in advance. */
function wp_resource_hints()
{
    $hosts = array_filter(array_map(function ($script) { return parse_url($script->src, PHP_URL_HOST); }, array_values(WordPress::$registered)));
    foreach (apply_filters('wp_resource_hints', array_unique($hosts), 'dns-prefetch') as $host) {
        printf("<link rel='dns-prefetch' href='//%s' />\n", esc_attr($host));
    }
}

function wp_print_head_scripts()
{
    foreach (WordPress::$queue as $handle) {
        $script = WordPress::$registered[$handle];
        [$before, $after] = array_map(function ($position) use ($script) {
            return $script->$position === '' ? '' : wp_get_inline_script_tag($script->$position, ['id' => "$script->handle-js-$position"]);
        }, ['before', 'after']);
        // A handle without a file is there for its inline scripts, and does not pass the filter.
        if ($script->src === '') {
            echo $before, $after;
            continue;
        }
        $src = $script->src . ($script->ver === null ? '' : '?ver=' . ($script->ver ?: '6.9'));
        echo apply_filters('script_loader_tag', $before . wp_get_script_tag(['src' => $src, 'id' => "$handle-js"]) . $after, $handle, $src);
    }
}

function wp_head() { do_action('wp_head'); }

add_action('wp_head', function () { do_action('wp_enqueue_scripts'); }, 1);
add_action('wp_head', 'wp_resource_hints', 2);
add_action('wp_head', 'wp_print_head_scripts', 9);
