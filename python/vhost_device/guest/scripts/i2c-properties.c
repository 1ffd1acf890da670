// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
/*
 * Creates I2C devices that have properties. The guest has no devicetree, and the `new_device` of sysfs
 * gives a name and an address only; at24, for one, then writes a single byte at a time.
 *
 *	/sys/module/i2c_properties/parameters/new_device	ADAPTER NAME ADDRESS [PROPERTY[=NUMBER]]...
 *	/sys/module/i2c_properties/parameters/delete_device	ADAPTER ADDRESS
 *
 * A property without a number is a boolean one. A write that is refused fails with the reason's errno.
 *
 * `match-data=NUMBER` is no property: it is what the match table of a devicetree would tell the driver
 * (device_get_match_data). adxl345 goes by nothing else, and its name is not enough for it.
 */
#include <linux/err.h>
#include <linux/i2c.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>

#define MAX_PROPERTIES 16

struct device_entry {
	struct list_head list;
	struct i2c_client *client;
	/* The I2C core registers it with the device and takes it away with the device. */
	struct software_node node;
	/* Before the node, where there are match data: software nodes cannot have any. */
	struct fwnode_handle match;
	unsigned long match_data;
};

static const void *get_match_data(const struct fwnode_handle *fwnode, const struct device *device)
{
	return (const void *)container_of(fwnode, struct device_entry, match)->match_data;
}

static bool is_available(const struct fwnode_handle *fwnode)
{
	return true;
}

static const struct fwnode_operations match_operations = {
	.device_is_available = is_available,
	.device_get_match_data = get_match_data,
};

static LIST_HEAD(devices);
static DEFINE_MUTEX(devices_lock);

static int parse_properties(char *text, struct property_entry *properties, u32 *match_data)
{
	int count = 0;
	char *word;

	while ((word = strsep(&text, " \n"))) {
		char *name = strsep(&word, "=");
		u32 number;

		if (!*name)
			continue;
		/* The last entry stays empty: it ends the list. */
		if (count == MAX_PROPERTIES)
			return -E2BIG;
		if (!word) {
			properties[count++] = PROPERTY_ENTRY_BOOL(name);
		} else {
			if (kstrtou32(word, 0, &number))
				return -EINVAL;
			if (!strcmp(name, "match-data")) {
				*match_data = number;
				continue;
			}
			properties[count++] = PROPERTY_ENTRY_U32(name, number);
		}
	}
	return 0;
}

static int create_on(struct i2c_adapter *adapter, struct i2c_board_info *info,
		     const struct property_entry *properties, u32 match_data)
{
	struct device_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return -ENOMEM;
	entry->node.properties = property_entries_dup(properties);
	if (IS_ERR(entry->node.properties)) {
		int result = PTR_ERR(entry->node.properties);

		kfree(entry);
		return result;
	}
	info->swnode = &entry->node;
	if (match_data) {
		fwnode_init(&entry->match, &match_operations);
		entry->match_data = match_data;
		info->fwnode = &entry->match;
	}
	entry->client = i2c_new_client_device(adapter, info);
	if (IS_ERR(entry->client)) {
		int result = PTR_ERR(entry->client);

		property_entries_free(entry->node.properties);
		kfree(entry);
		return result;
	}
	mutex_lock(&devices_lock);
	list_add(&entry->list, &devices);
	mutex_unlock(&devices_lock);
	return 0;
}

static int create(int number, struct i2c_board_info *info, const struct property_entry *properties,
		  u32 match_data)
{
	struct i2c_adapter *adapter = i2c_get_adapter(number);
	int result;

	if (!adapter)
		return -ENODEV;
	result = create_on(adapter, info, properties, match_data);
	i2c_put_adapter(adapter);
	return result;
}

static int new_device(const char *value, const struct kernel_param *parameter)
{
	struct property_entry properties[MAX_PROPERTIES + 1] = {};
	struct i2c_board_info info = {};
	int number, length = 0, result;
	u32 match_data = 0;
	char *text;

	if (sscanf(value, "%d %19s %hi%n", &number, info.type, &info.addr, &length) != 3)
		return -EINVAL;
	text = kstrdup(value + length, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	result = parse_properties(text, properties, &match_data);
	if (!result)
		result = create(number, &info, properties, match_data);
	kfree(text);
	return result;
}

static void remove(struct device_entry *entry)
{
	list_del(&entry->list);
	i2c_unregister_device(entry->client);
	property_entries_free(entry->node.properties);
	kfree(entry);
}

static int delete_device(const char *value, const struct kernel_param *parameter)
{
	struct device_entry *entry;
	unsigned short address;
	int number, result = -ENOENT;

	if (sscanf(value, "%d %hi", &number, &address) != 2)
		return -EINVAL;
	mutex_lock(&devices_lock);
	list_for_each_entry(entry, &devices, list) {
		if (entry->client->adapter->nr == number && entry->client->addr == address) {
			remove(entry);
			result = 0;
			break;
		}
	}
	mutex_unlock(&devices_lock);
	return result;
}

static const struct kernel_param_ops new_device_ops = { .set = new_device };
static const struct kernel_param_ops delete_device_ops = { .set = delete_device };
module_param_cb(new_device, &new_device_ops, NULL, 0200);
module_param_cb(delete_device, &delete_device_ops, NULL, 0200);

static int __init start(void)
{
	return 0;
}

static void __exit stop(void)
{
	struct device_entry *entry, *next;

	mutex_lock(&devices_lock);
	list_for_each_entry_safe(entry, next, &devices, list)
		remove(entry);
	mutex_unlock(&devices_lock);
}

module_init(start);
module_exit(stop);
MODULE_DESCRIPTION("I2C devices with properties, for tests");
/* The kernel's word for a licence that goes with its own; it knows no name for ours. */
MODULE_LICENSE("Dual BSD/GPL");
