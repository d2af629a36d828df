/* sim/core/setting.c -- see setting.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct setting *setting_add(struct setting *parent, const struct key *key, const char *name)
{
    struct setting *setting = calloc(1, sizeof *setting);
    if (setting == NULL) return NULL;
    setting->key = key;
    setting->slot = -1;
    setting->parent = parent;
    setting->name = strdup(name);
    if (parent == NULL || parent->path[0] == '\0')
        setting->path = strdup(name);
    else if (asprintf(&setting->path, "%s.%s", parent->path, name) < 0)
        setting->path = NULL;
    struct setting **child = NULL;
    if (parent != NULL) child = realloc(parent->child, (parent->children + 1) * sizeof *child);
    if (setting->name == NULL || setting->path == NULL || (parent != NULL && child == NULL)) {
        if (child != NULL) parent->child = child;
        setting->parent = NULL;
        setting_free(setting);
        return NULL;
    }
    if (parent != NULL) {
        parent->child = child;
        child[parent->children++] = setting;
    }
    return setting;
}

struct setting *setting_find(struct setting *parent, const char *name)
{
    for (size_t i = 0; i < parent->children; i++)
        if (strcmp(parent->child[i]->name, name) == 0) {
            parent->child[i]->used = true;
            return parent->child[i];
        }
    return NULL;
}

struct setting *setting_at(struct setting *root, const char *path)
{
    for (size_t i = 0; i < root->children; i++) {
        const char *name = root->child[i]->name;
        const size_t length = strlen(name);
        if (strncmp(path, name, length) != 0) continue;
        if (path[length] == '\0') return root->child[i];
        if (path[length] != '.') continue;
        struct setting *found = setting_at(root->child[i], path + length + 1);
        if (found != NULL) return found;
    }
    return NULL;
}

struct setting *setting_quantity(struct setting *setting)
{
    if (setting->key->kind == KEY_QUANTITY) return setting;
    if (setting->key->kind != KEY_SECTION || setting->key->shorthand == NULL) return NULL;
    for (size_t i = 0; i < setting->children; i++)
        if (strcmp(setting->child[i]->name, setting->key->shorthand) == 0) return setting_quantity(setting->child[i]);
    return NULL;
}

int setting_slot(struct setting *parent, const char *name)
{
    const struct setting *setting = setting_find(parent, name);
    return setting == NULL ? -1 : setting->slot;
}

const struct setting *setting_unused(const struct setting *root)
{
    if (root->parent != NULL && root->stated && !root->used) return root;
    for (size_t i = 0; i < root->children; i++) {
        const struct setting *unused = setting_unused(root->child[i]);
        if (unused != NULL) return unused;
    }
    return NULL;
}

void setting_free(struct setting *setting)
{
    if (setting == NULL) return;
    for (size_t i = 0; i < setting->children; i++) setting_free(setting->child[i]);
    free(setting->child);
    free(setting->name);
    free(setting->path);
    free(setting->text);
    free(setting->unit);
    free(setting);
}
